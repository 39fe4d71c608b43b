// The exact points of the visible stretch, asked of the server after a zoom, one window for each run.
// Until the answer comes the coarse curve is shown; points that arrive meanwhile are in both.
import { Curves } from "./curves.js";

const PAUSE_MS = 120;
// A line enters and leaves the picture on its way from and to points outside.
const MARGIN = 0.05;
const MARGIN_STEPS = 2;

export class Windows {
  // runs(): [[id, scale]]; send(object); pixels(): width to thin for; arrived(run): draw again;
  // refused(sentence)
  constructor(axis, { runs, send, pixels, arrived, refused }) {
    Object.assign(this, { axis, runs, send, pixels, arrived, refused });
    this.number = 0;
    this.asked = new Map();
    this.held = new Map();
  }

  // The visible stretch may be another one. The first change is asked for at once, a stretch that is
  // being dragged every PAUSE_MS.
  look() {
    clearTimeout(this.timer);
    if (!this.axis.range) return this.asked.clear();
    const rest = (this.last ?? -Infinity) + PAUSE_MS - performance.now();
    if (rest <= 0) this.ask();
    else this.timer = setTimeout(() => this.ask(), rest);
  }

  // After a lost connection: what is held may miss what was said meanwhile.
  again() {
    this.asked.clear();
    this.held.clear();
    if (this.axis.range) this.ask();
  }

  ask() {
    this.last = performance.now();
    for (const [run, scale] of this.runs()) {
      const held = this.held.get(run);
      const seen = this.axis.range && this.axis.stretch(this.axis.range, scale);
      if (!seen || !Number.isFinite(seen.from + seen.to) || (held?.exact && covers(held, seen))) continue;
      const margin = Math.max(MARGIN * (seen.to - seen.from), seen.axis === "step" ? MARGIN_STEPS : 0);
      const wish = { axis: seen.axis, from: seen.from - margin, to: seen.to + margin };
      this.asked.set(run, { ...wish, number: ++this.number, since: [] });
      this.send({ window: this.number, run, ...wish, px: this.pixels() });
    }
  }

  answer({ run, window: number, exact }, curves) {
    const asked = this.asked.get(run);
    if (asked?.number !== number) return;
    this.asked.delete(run);
    const found = new Curves();
    for (const [name, points] of curves) found.add(name, points, exact[name] ? points.values.length : NaN);
    this.held.set(run, { ...asked, curves: found, exact: Object.values(exact).every(Boolean) });
    for (const [name, points] of asked.since) this.append(run, name, points);
    this.arrived(run);
  }

  decline({ window: number, message }) {
    for (const [run, asked] of this.asked) if (asked.number === number) this.asked.delete(run);
    this.refused(message);
  }

  // A new point: of the stretch that is shown, and of the one that is asked for.
  append(run, name, points) {
    this.asked.get(run)?.since.push([name, points]);
    const held = this.held.get(run);
    if (!held) return;
    const within = cut(points, held);
    if (within) held.curves.add(name, within);
  }

  // What a metric is there, closer than the coarse curve; null if that is not known.
  find(run, metric, scale) {
    const held = this.axis.range && this.held.get(run);
    if (!held || !covers(held, this.axis.stretch(this.axis.range, scale))) return null;
    return held.curves.get(metric) ?? null;
  }

  stop() {
    clearTimeout(this.timer);
  }
}

const covers = (held, seen) => held.axis === seen.axis && held.from <= seen.from && held.to >= seen.to;

function cut({ steps, seconds, values }, { axis, from, to }) {
  const keys = axis === "step" ? steps : seconds;
  const first = keys.findIndex((key) => key >= from);
  const end = keys.findLastIndex((key) => key <= to) + 1;
  return first < 0 || first >= end ? null : { steps: steps.subarray(first, end), seconds: seconds.subarray(first, end), values: values.subarray(first, end) };
}
