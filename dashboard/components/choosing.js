// Shared by the tables whose rows are selected; put before their own scripts.
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// The name of a run as a link that a plain click opens in place.
function runLink(run, act) {
  const link = element("a", "", run.name);
  link.href = run.href;
  link.title = run.name;
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    act.open(run.id);
  });
  return link;
}

function checkbox(className, run, act) {
  const box = element("input", className);
  box.type = "checkbox";
  box.checked = act.selected(run.id);
  box.setAttribute("aria-label", `Select ${run.name}`);
  box.addEventListener("change", () => act.select(run.id, box.checked));
  return box;
}

// What the person chose last, by table, until the server has drawn it: the next click builds on it.
const CHOSEN = new WeakMap();
const PATIENCE_MS = 3000;
const same = (one, other) => one.length === other.length && one.every((id) => other.includes(id));

// The runs to show as selected: the person's newest choice, else what the server says.
function selection(host, runs) {
  const drawn = runs.filter((run) => run.selected).map((run) => run.id);
  const chosen = CHOSEN.get(host);
  return chosen && Date.now() < chosen.until && !same(chosen.ids, drawn) ? chosen.ids : drawn;
}

// What the rows' boxes ask and do; `choose` is told all that are selected.
function choosing(host, runs, choose) {
  let selected = selection(host, runs);
  return {
    selected: (id) => selected.includes(id),
    select: (id, on) => {
      const others = selected.filter((other) => other !== id);
      selected = on ? [...others, id] : others;
      CHOSEN.set(host, { ids: selected, until: Date.now() + PATIENCE_MS });
      choose(selected);
    },
  };
}
