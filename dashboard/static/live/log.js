// The live log: follows the newest line until the person scrolls up; levels, search, copy, earlier
// lines when they are asked for, the whole as a file.
import { element, setText, toggle } from "./dom.js";
import { clock, whole } from "./format.js";
import { Roll } from "./roll.js";
import { said } from "./words.js";

const LEVELS = [["info", "Info"], ["warning", "Warnings"], ["error", "Errors"]];
const NEAR_END = 24;
const SEARCH_REST_MS = 150;

export class LogPanel {
  constructor(run) {
    this.run = run;
    this.lines = [];
    this.hidden = new Set();
    this.words = "";
    this.following = true;
    this.box = element("div", { class: "ty-lines", role: "log", tabindex: "0", "aria-label": "Log of the run", onscroll: () => this.scrolled() });
    this.roll = new Roll(this.box, (line) => this.draw(line));
    this.earlier = element("button", { type: "button", class: "ty-button ty-earlier", text: "Load earlier lines", onclick: () => this.load() });
    this.box.append(this.earlier);
    this.earlier.hidden = true;
    this.jump = element("button", { type: "button", class: "ty-button ty-jump", text: "Newest ↓", onclick: () => this.follow() });
    this.jump.hidden = true;
    this.root = element("section", { class: "ty-log", "aria-label": "Log", children: [
      element("header", { children: [element("h3", { text: "Log" }), this.levels(), this.finder(), this.tools()] }), element("div", { class: "ty-lines-frame", children: [this.box, this.jump] })] });
  }

  levels() {
    this.counts = Object.fromEntries(LEVELS.map(([level]) => [level, element("span")]));
    const buttons = LEVELS.map(([level, text]) => {
      const button = toggle("", `Show ${text.toLowerCase()}`, true, (on) => { this.hidden[on ? "delete" : "add"](level); this.refresh(); });
      button.append(text, this.counts[level]);
      button.dataset.level = level;
      return button;
    });
    return element("div", { class: "ty-levels", role: "group", "aria-label": "Levels", children: buttons });
  }

  finder() {
    const step = (text, label, by) => element("button", { type: "button", class: "ty-tool", text, title: label, "aria-label": label, onclick: () => this.go(by) });
    this.search = element("input", { type: "search", class: "ty-search", placeholder: "Search the log", "aria-label": "Search the log; Enter: next, Shift and Enter: previous",
      oninput: () => { clearTimeout(this.rest); this.rest = setTimeout(() => this.find(this.search.value), SEARCH_REST_MS); },
      onkeydown: (event) => { if (event.key === "Enter") this.go(event.shiftKey ? -1 : 1); else if (event.key === "Escape") { this.search.value = ""; this.find(""); } } });
    this.found = element("output", { class: "ty-found" });
    this.steps = element("span", { class: "ty-finder-steps", children: [this.found, step("↑", "Previous match", -1), step("↓", "Next match", 1)] });
    this.steps.style.visibility = "hidden";
    return element("div", { class: "ty-finder", children: [this.search, this.steps] });
  }

  tools() {
    const wrap = toggle("Wrap", "Wrap long lines", true, (on) => { this.box.dataset.wrap = on ? "1" : "0"; });
    this.box.dataset.wrap = "1";
    const copy = element("button", { type: "button", class: "ty-button", text: "Copy", "aria-label": "Copy the lines shown", onclick: () => this.copy(copy) });
    const file = element("a", { class: "ty-button", href: this.address(), download: "", text: "Download", "aria-label": "Download the whole log" });
    return element("div", { class: "ty-log-tools", children: [wrap, copy, file] });
  }

  address(before) {
    const url = new URL("log", document.baseURI);
    url.searchParams.set("run", this.run);
    if (before) url.searchParams.set("before", before);
    return url.href;
  }

  replace(facts) {
    this.lines = facts.map(lineOf).filter(Boolean);
    // A page opens with the newest lines of the log; when there are many, there may be more.
    this.earlier.hidden = facts.filter(({ kind }) => kind === "log").length < 500;
    this.refresh();
    this.follow();
  }

  append(facts) {
    const made = facts.map(lineOf).filter(Boolean);
    if (!made.length) return;
    this.lines.push(...made);
    this.roll.append(made.filter((line) => this.shows(line)));
    this.tell();
    if (this.following) this.follow();
  }

  shows({ level }) {
    return !this.hidden.has(level);
  }

  refresh() {
    this.roll.replace(this.lines.filter((line) => this.shows(line)));
    this.match();
    this.tell();
    if (this.following) this.follow();
  }

  tell() {
    for (const [level] of LEVELS) setText(this.counts[level], whole(this.lines.filter((line) => line.level === level).length));
  }

  draw(line) {
    const text = element("span");
    text.append(...marked(line.text, this.words));
    return element("div", { class: "ty-line", "data-level": line.level, "data-now": line === this.current, children: [
      element("time", { text: clock(line.time), title: new Date(line.time * 1000).toLocaleString() }), text] });
  }

  // Earlier lines, in the place they belong. Whether there are still more.
  async load() {
    const first = this.lines.find(({ kind }) => kind === "log");
    this.earlier.disabled = true;
    try {
      const answer = await fetch(this.address(`${first.attempt}-${first.seq}`));
      if (!answer.ok) throw new Error(answer.statusText);
      const { facts, more } = await answer.json();
      const height = this.box.scrollHeight - this.box.scrollTop;
      this.lines = [...facts.map(lineOf), ...this.lines].sort((a, b) => a.attempt - b.attempt || a.seq - b.seq);
      this.earlier.hidden = !more;
      this.refresh();
      if (!this.following) this.box.scrollTop = this.box.scrollHeight - height;
      return more;
    } catch {
      setText(this.earlier, "The earlier lines could not be loaded. Try again");
      return false;
    } finally {
      this.earlier.disabled = false;
    }
  }

  // A search is through all lines, also those that are not here yet.
  async find(text) {
    this.words = text.trim().toLowerCase();
    this.match();
    this.roll.again();
    this.go(0);
    while (this.words && !this.earlier.hidden) {
      setText(this.found, "reading…");
      if (!await this.load()) break;
    }
    if (this.words) this.go(0);
  }

  match() {
    this.matches = this.words ? this.roll.items.flatMap(({ text }, i) => text.toLowerCase().includes(this.words) ? [i] : []) : [];
    this.steps.style.visibility = this.words ? "visible" : "hidden";
  }

  // To the next match, to the one before, or to the newest one.
  go(by) {
    const count = this.matches?.length ?? 0;
    if (!count) {
      setText(this.found, this.words ? "none" : "");
      this.current = null;
      return;
    }
    const at = this.matches.findIndex((place) => this.roll.items[place] === this.current);
    const next = by && at >= 0 ? (at + by + count) % count : count - 1;
    this.current = this.roll.items[this.matches[next]];
    setText(this.found, `${whole(next + 1)} of ${whole(count)}`);
    this.following = false;
    this.roll.again();
    this.roll.show(this.matches[next]);
  }

  async copy(button) {
    await navigator.clipboard?.writeText(this.roll.items.map(({ time, text }) => `${clock(time)}  ${text}`).join("\n"));
    setText(button, navigator.clipboard ? "Copied" : "Not allowed here");
    setTimeout(() => setText(button, "Copy"), 1500);
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.box;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR_END;
    this.jump.hidden = this.following;
  }

  follow() {
    this.box.scrollTop = this.box.scrollHeight;
    this.following = true;
    this.jump.hidden = true;
  }

  remove() {
    clearTimeout(this.rest);
    this.roll.remove();
  }
}

function lineOf(fact) {
  const words = said(fact);
  return words && { level: words[0], text: words[1] ?? "", time: fact.time, kind: fact.kind, attempt: fact.attempt, seq: fact.seq };
}

// The text with what is searched for marked.
function marked(text, words) {
  if (!words) return [text];
  const parts = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(words); at >= 0; at = lower.indexOf(words, from)) {
    parts.push(text.slice(from, at), element("mark", { text: text.slice(at, at + words.length) }));
    from = at + words.length;
  }
  return [...parts, text.slice(from)];
}
