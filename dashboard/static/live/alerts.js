// The alerts of a run: newest first, each leads to its step on the charts; how many, for the headline.
import { element, setText } from "./dom.js";
import { clock, whole } from "./format.js";

export const LEVELS = { warning: { symbol: "diamond", word: "Warning" }, error: { symbol: "square", word: "Error" } };
const MOST = 200;

// A resumed run tells again what may have been lost: the same words at the same step are one alert.
export function alertsOf(facts) {
  const found = new Map();
  for (const fact of facts) {
    if (fact.kind === "alert") found.set(`${fact.code} ${fact.step} ${fact.message}`, found.get(`${fact.code} ${fact.step} ${fact.message}`) ?? fact);
  }
  return [...found.values()];
}

export class Alerts {
  constructor(jump) {
    this.jump = jump;
    this.count = -1;
    this.list = element("ul", { class: "ty-alert-list" });
    this.head = element("h3", { text: "Alerts" });
    this.root = element("section", { class: "ty-alerts", "aria-label": "Alerts", tabindex: "-1", children: [element("header", { children: [this.head] }), this.list] });
    this.badge = element("button", { type: "button", class: "ty-alert-count", onclick: () => this.show() });
    this.root.hidden = this.badge.hidden = true;
  }

  show() {
    this.root.scrollIntoView({ block: "center" });
    this.root.focus({ preventScroll: true });
  }

  update(facts) {
    const found = alertsOf(facts);
    if (found.length === this.count) return;
    this.count = found.length;
    this.root.hidden = this.badge.hidden = !found.length;
    const worst = found.some(({ level }) => level === "error") ? "error" : "warning";
    this.badge.dataset.level = worst;
    this.badge.replaceChildren(icon(worst), element("span", { text: `${whole(found.length)} ${found.length === 1 ? "alert" : "alerts"}` }));
    setText(this.head, found.length === 1 ? "1 alert" : `${whole(found.length)} alerts`);
    this.list.replaceChildren(...found.slice(-MOST).reverse().map((fact) => this.line(fact)));
  }

  line(fact) {
    const step = whole(fact.step - (fact.fold_begin ?? 0));
    const where = fact.fold ? `Fold ${fact.fold}, step ${step}` : `Step ${step}`;
    const go = element("button", { type: "button", class: "ty-alert-step", text: where, title: "Show this step on the charts", onclick: () => this.jump(fact) });
    const when = element("time", { text: clock(fact.time), title: new Date(fact.time * 1000).toLocaleString() });
    return element("li", { "data-level": fact.level, children: [icon(fact.level), go, when, element("span", { class: "ty-alert-text", text: sentence(fact.message) })] });
  }
}

// A twentieth of the run on each side of what happened, on all charts.
export function leadTo({ step, fold_begin, time }, axis, edges) {
  const x = axis.at(step - (fold_begin ?? 0), time);
  const [low, high] = edges ?? [x - 1, x + 1];
  const side = Math.max((high - low) / 20, axis.clock ? 1000 : 1e-3);
  axis.set({ range: axis.type === "log" ? [x / 1.2, x * 1.2] : [x - side, x + side] });
}

function icon(level) {
  return element("i", { class: "ty-alert-sign", "data-level": level, role: "img", "aria-label": LEVELS[level]?.word ?? level });
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
