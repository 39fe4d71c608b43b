// The legend of a chart: a key shows or hides its curve and carries its newest value, or the one
// under the cross-hair. Hidden is by name, so it outlasts new points, snapshots and themes.
import { element, setText } from "./dom.js";

// Beyond, a legend would cover the chart.
export const MOST_KEYS = 12;
const HELP = "Click: hide or show. Double click or Shift: only this one.";

export class Keys {
  // changed(): what is hidden has changed; pointed(name | null): a key is pointed at
  constructor({ changed, pointed }) {
    Object.assign(this, { changed, pointed });
    this.hidden = new Set();
    this.root = element("div", { class: "ty-keys", role: "group", "aria-label": "Curves" });
    this.buttons = new Map();
    this.names = [];
  }

  // items: [{name, label, colour, dash, beside}]; too many get no keys at all. One `beside` the others
  // is no curve of its own.
  show(items) {
    this.names = items.filter(({ beside }) => !beside).map(({ name }) => name);
    const shown = items.length > MOST_KEYS ? [] : items;
    for (const name of [...this.buttons.keys()]) {
      if (!shown.some((item) => item.name === name)) { this.buttons.get(name).remove(); this.buttons.delete(name); }
    }
    for (const [place, item] of shown.entries()) {
      const button = this.button(item);
      if (this.root.children[place] !== button) this.root.insertBefore(button, this.root.children[place] ?? null);
      button.setAttribute("aria-pressed", String(!this.hidden.has(item.name)));
    }
  }

  button({ name, label, colour, dash }) {
    if (!this.buttons.has(name)) {
      this.buttons.set(name, element("button", { type: "button", class: "ty-key", title: HELP, "aria-label": `Show ${name}`,
        onclick: (event) => event.shiftKey ? this.isolate(name) : this.toggle(name), ondblclick: () => this.isolate(name),
        onpointerenter: () => this.pointed(name), onpointerleave: () => this.pointed(null),
        children: [element("i", { "data-dash": dash ?? "solid" }), element("span", { text: label }), element("b")] }));
    }
    const button = this.buttons.get(name);
    button.firstChild.style.color = colour ?? "";
    setText(button.children[1], label);
    return button;
  }

  value(name, text) {
    const button = this.buttons.get(name);
    if (button) setText(button.lastChild, text);
  }

  toggle(name) {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    this.changed();
  }

  // Only this one; once more: all.
  isolate(name) {
    if (!this.names.includes(name)) return this.toggle(name);
    const others = this.names.filter((other) => other !== name);
    const alone = !this.hidden.has(name) && others.every((other) => this.hidden.has(other));
    this.hidden = new Set(alone ? [] : others);
    this.changed();
  }
}
