// Charts in titled sections that can be closed. What is closed is remembered, and neither made nor
// painted: hundreds of metrics cost nothing until somebody opens them.
import { element, setText } from "./dom.js";
import { whole } from "./format.js";
import { groupOrder, sectionOrder, sectionTitle } from "./groups.js";

const KEY = "trainyard.sections";
// Own sections larger than this begin closed; with more charts in all a search is offered.
const MOST_OPEN = 12;
const SEARCH_FROM = 12;
const NAMES = new Intl.Collator(undefined, { numeric: true });

export class Sections {
  // make(spec): a chart; changed(): another section is open, or another search made
  constructor(make, changed) {
    Object.assign(this, { make, changed });
    this.sections = new Map();
    this.notes = new Map();
    this.chosen = stored();
    this.words = "";
    this.search = element("input", { type: "search", class: "ty-search", placeholder: "Find a chart", "aria-label": "Find a chart by name", oninput: () => this.find(this.search.value) });
    this.none = element("p", { class: "ty-note", role: "status" });
    this.tools = element("div", { class: "ty-section-tools", children: [this.search, this.none] });
    this.root = element("div", { class: "ty-sections", children: [this.tools] });
    this.tools.hidden = this.none.hidden = true;
  }

  // The chart of a group; undefined while its section is closed or the search passes it over.
  chart(spec) {
    if (!this.sections.has(spec.section)) this.add(spec.section);
    return this.sections.get(spec.section).chart(spec);
  }

  add(id) {
    const section = new Section(this, id);
    section.say(this.notes.get(id));
    this.sections.set(id, section);
    const rank = (one) => [sectionOrder(one.id), one.id];
    const next = [...this.sections.values()].filter((other) => compare(rank(other), rank(section)) > 0).sort((a, b) => compare(rank(a), rank(b)))[0];
    this.root.insertBefore(section.root, next?.root ?? null);
  }

  // A sentence under a section's title; it may come before the section does.
  note(id, text) {
    this.notes.set(id, text);
    this.sections.get(id)?.say(text);
  }

  // Whether a person has it open; an own section of many charts only when asked for.
  opened(section) {
    return this.chosen[section.id] ?? (sectionOrder(section.id) !== sectionOrder("*") || section.specs.size <= MOST_OPEN);
  }

  choose(id, open) {
    this.chosen[id] = open;
    // A browser may refuse to keep anything.
    try { localStorage.setItem(KEY, JSON.stringify(this.chosen)); } catch { /* then it begins open again */ }
    this.changed();
  }

  find(text) {
    this.words = text.trim().toLowerCase();
    this.changed();
    this.show();
  }

  matches({ title, id }) {
    return !this.words || this.words.split(/\s+/).every((word) => `${title} ${id}`.toLowerCase().includes(word));
  }

  show() {
    const sections = [...this.sections.values()];
    this.tools.hidden = !this.words && sections.reduce((sum, { specs }) => sum + specs.size, 0) <= SEARCH_FROM;
    for (const section of sections) section.show();
    this.none.hidden = !this.words || sections.some(({ root }) => !root.hidden);
    setText(this.none, `No chart is called “${this.search.value}”.`);
  }
}

class Section {
  constructor(sections, id) {
    Object.assign(this, { sections, id });
    this.specs = new Map();
    this.charts = new Map();
    this.count = element("span");
    this.remark = element("p", { class: "ty-note" });
    this.remark.hidden = true;
    this.body = element("div", { class: "ty-grid" });
    this.button = element("button", { type: "button", "aria-expanded": "true", onclick: () => this.sections.choose(id, !this.open), children: [element("i", { "aria-hidden": "true" }), sectionTitle(id), this.count] });
    this.root = element("section", { class: "ty-section", "data-section": id, "aria-label": sectionTitle(id), children: [
      element("div", { class: "ty-section-head", children: [element("h2", { children: [this.button] }), this.remark] }), this.body] });
  }

  get open() {
    return this.sections.words ? true : this.sections.opened(this);
  }

  chart(spec) {
    const known = this.specs.has(spec.id);
    if (!known) this.specs.set(spec.id, spec);
    if (this.open && this.sections.matches(spec) && !this.charts.has(spec.id)) this.place(spec);
    if (!known) this.sections.show();
    const chart = this.charts.get(spec.id);
    return chart && !chart.root.hidden && this.open ? chart : undefined;
  }

  place(spec) {
    const chart = this.sections.make(spec);
    this.charts.set(spec.id, chart);
    const rank = ({ id, title }) => [groupOrder({ id }), title];
    const next = [...this.charts.values()].filter((other) => compare(rank(other.spec), rank(spec)) > 0).sort((a, b) => compare(rank(a.spec), rank(b.spec)))[0];
    this.body.insertBefore(chart.root, next?.root ?? null);
  }

  say(text) {
    this.remark.hidden = !text;
    setText(this.remark, text ?? "");
  }

  show() {
    const matching = [...this.specs.values()].filter((spec) => this.sections.matches(spec));
    this.root.hidden = !matching.length;
    this.button.setAttribute("aria-expanded", String(this.open));
    this.body.hidden = !this.open;
    setText(this.count, this.open ? "" : matching.length === 1 ? "1 chart" : `${whole(matching.length)} charts`);
    for (const [id, chart] of this.charts) chart.root.hidden = !this.sections.matches(this.specs.get(id));
  }
}

// By place, then by name; head 2 comes before head 10.
function compare([place, name], [other, otherName]) {
  return place - other || NAMES.compare(name, otherName);
}

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY));
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}
