// What a fork goes on from: the curves of the runs behind it, up to where it began. They are fetched
// once, as a window is; after a zoom their exact points come like those of the run itself.
import { Curve } from "./curve.js";
import { Curves, single } from "./curves.js";

export const BEFORE = "before the fork";
// The name of the first answer; those of zooms count from 1.
const FIRST = -1;

export class Before {
  // ask(message): to the server; pixels(): width to thin for
  constructor(run, { ask, pixels }) {
    Object.assign(this, { ask, pixels });
    this.id = `before ${run}`;
    this.curves = new Curves();
  }

  // `forked`: the step at which the run began, null if at none; asked for until it is there.
  want(forked) {
    if (forked === null || forked === undefined || this.asked || this.held) return;
    this.asked = true;
    this.ask({ window: FIRST, run: this.id, axis: "step", from: 0, to: forked, px: this.pixels() });
  }

  // Whether an answer was the one to that.
  receive({ header, curves }) {
    if (header.window !== FIRST || !["window", "refused"].includes(header.kind)) return false;
    this.asked = false;
    this.held = header.kind === "window";
    this.curves = new Curves();
    for (const [name, points] of curves) this.curves.add(name, points, header.exact[name] ? points.values.length : NaN);
    return true;
  }

  // After a lost connection nobody answers what was asked before.
  again() {
    this.asked = false;
  }

  get names() {
    return this.curves.names();
  }

  // What a metric was there; `windows` may know it closer. Undefined where it was not measured.
  get(metric, windows) {
    return windows.find(this.id, metric) ?? this.curves.get(metric);
  }
}

// A metric that only the runs behind a fork have measured.
export const unmeasured = (metric) => single(new Curve(metric));
