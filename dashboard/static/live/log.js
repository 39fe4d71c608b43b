// The live log: follows the newest line until the person scrolls up; a filter for what matters.
import { element, segmented } from "./dom.js";
import { clock, spread, whole } from "./format.js";

const MOST_LINES = 2000;
const RANK = { info: 0, warning: 1, error: 2 };
const ENDS = {
  completed: "Training is complete.", "early-stopped": "Training has stopped early.", stopped: "Stopped, as asked.",
  interrupted: "Interrupted; the run goes on from its checkpoint.", failed: "The run failed.",
};
const WORDS = {
  log: ({ level, message }) => [level, message],
  alert: ({ level, message }) => [level, message],
  claimed: ({ attempt, machine, device }) => ["info", `Attempt ${attempt} begins on ${machine} (${device}).`],
  started: (fact) => ["info", beginning(fact)],
  checkpoint: ({ step, name }) => ["info", `Checkpoint at step ${whole(step)} (${name}).`],
  cross_validation: (fact) => ["info", tested(fact)],
  finished: ({ reason, message }) => [reason === "failed" ? "error" : "info", message || ENDS[reason]],
  ended: ({ cause }) => ["error", `The attempt ended: ${cause}`],
};

export class LogPanel {
  constructor() {
    this.lines = element("div", { class: "ty-lines", role: "log", tabindex: "0", "aria-label": "Log of the run", onscroll: () => this.scrolled() });
    this.jump = element("button", { type: "button", class: "ty-button ty-jump", text: "Newest ↓", onclick: () => this.follow() });
    this.jump.hidden = true;
    const filter = segmented("Lines to show", [["0", "All"], ["1", "Warnings"], ["2", "Errors"]], "0", (rank) => {
      this.lines.dataset.from = rank;
      this.follow();
    });
    this.lines.dataset.from = "0";
    this.root = element("section", { class: "ty-log", "aria-label": "Log", children: [
      element("header", { children: [element("h3", { text: "Log" }), filter] }), element("div", { class: "ty-lines-frame", children: [this.lines, this.jump] })] });
    this.following = true;
  }

  replace(facts) {
    this.lines.replaceChildren();
    this.append(facts);
  }

  append(facts) {
    const made = facts.map(line).filter(Boolean);
    if (!made.length) return;
    this.lines.append(...made);
    while (this.lines.children.length > MOST_LINES) this.lines.firstChild.remove();
    if (this.following) this.follow();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.lines;
    this.following = scrollHeight - scrollTop - clientHeight < 24;
    this.jump.hidden = this.following;
  }

  follow() {
    this.lines.scrollTop = this.lines.scrollHeight;
    this.following = true;
    this.jump.hidden = true;
  }
}

function line(fact) {
  const words = WORDS[fact.kind]?.(fact);
  if (!words) return null;
  const [level, text] = words;
  return element("div", { class: "ty-line", "data-rank": String(RANK[level] ?? 0), children: [
    element("time", { text: clock(fact.time), title: new Date(fact.time * 1000).toLocaleString() }), element("span", { text })] });
}

function tested({ done, folds, means, deviations }) {
  const name = ["accuracy", "r2", "loss"].find((each) => each in means);
  const so = name ? `: ${name === "r2" ? "R²" : name} ${spread(means[name], deviations[name] ?? 0)}` : "";
  return `${whole(done)} of ${whole(folds)} folds are tested${so}.`;
}

function beginning({ step, device_name, device, parameters, resumed, resume_note, fold, folds }) {
  const part = fold ? `Fold ${fold} of ${folds}` : "Training";
  const where = `on ${device_name || device}, ${whole(parameters)} parameters`;
  if (!resumed) return `${part} starts ${where}.`;
  return `${part} goes on after step ${whole(step)} ${where} (${resumed} resume${resume_note ? `: ${resume_note}` : ""}).`;
}
