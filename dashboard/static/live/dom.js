// Building elements. Text is always text: nothing here reads HTML.
export function element(name, { class: className, text, children = [], ...attributes } = {}) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

// A choice of a few: a group of buttons of which one is pressed.
export function segmented(label, options, chosen, choose) {
  const buttons = options.map(([value, text, title]) =>
    element("button", { type: "button", text, title, "aria-pressed": String(value === chosen), onclick: () => {
      for (const [i, [other]] of options.entries()) buttons[i].setAttribute("aria-pressed", String(other === value));
      choose(value);
    } }));
  return element("div", { class: "ty-segmented", role: "group", "aria-label": label, children: buttons });
}

export function toggle(text, label, on, change) {
  const button = element("button", { type: "button", class: "ty-button", text, "aria-label": label, "aria-pressed": String(on),
    onclick: () => {
      const next = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(next));
      change(next);
    } });
  return button;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Offers `content` (a Blob or a data URL) as a file.
export function download(name, content) {
  const url = typeof content === "string" ? content : URL.createObjectURL(content);
  const link = element("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  if (typeof content !== "string") setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
