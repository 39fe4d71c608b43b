// All curves of a run by metric. Of a cross-validation a metric has one for each fold, and what
// they say together.
import { Curve, smooth } from "./curve.js";
import { apart } from "./measures.js";
import { together } from "./together.js";

export class Curves {
  // totals: how many points each curve has where the frame comes from
  constructor(frame = [], totals = {}) {
    this.metrics = new Map();
    for (const [name, points] of frame) this.add(name, points, totals[name]);
  }

  // The metric that got the points.
  add(name, points, total) {
    const [metric, fold] = apart(name);
    if (!this.metrics.has(metric)) this.metrics.set(metric, new Measured(metric));
    this.metrics.get(metric).append(fold, points, total);
    return metric;
  }

  get(metric) {
    return this.metrics.get(metric);
  }

  names() {
    return [...this.metrics.keys()];
  }

  // Every curve; those of one metric of a cross-validation fold by fold.
  *all(wanted = () => true) {
    for (const [metric, measured] of this.metrics) if (wanted(metric)) yield* measured.folds.values();
  }

  get folded() {
    return [...this.metrics.values()].some(({ folded }) => folded);
  }
}

// A curve that is no run's, e.g. a machine's.
export const single = (curve) => ({ folded: false, newest: curve, folds: new Map([[0, curve]]) });

// Several runs as one: each stands where a fold of a run would. Of a run with folds, the newest.
export function gather(known, metric, members) {
  const gathered = known ?? new Measured(metric);
  gathered.part = "run";
  gathered.folds = new Map(members.map((member, i) => [i + 1, member.newest]));
  gathered.version = members.map(({ version }) => version).join(",");
  return gathered;
}

// One metric: its curve by fold, 0 where there are none.
class Measured {
  constructor(metric) {
    this.metric = metric;
    this.folds = new Map();
    this.version = 0;
    this.part = "fold";
  }

  append(fold, points, total) {
    const curve = this.folds.get(fold);
    if (curve) curve.append(points);
    else this.folds.set(fold, new Curve(this.metric, points, total));
    this.version++;
  }

  get folded() {
    return !this.folds.has(0);
  }

  get fold() {
    return Math.max(...this.folds.keys());
  }

  // The curve of the run, or of the fold that trains.
  get newest() {
    return this.folds.get(this.fold);
  }

  // Mean and deviation over the folds; computed again only when points or smoothing are new.
  together(smoothing) {
    const key = `${this.version}/${smoothing}`;
    if (this.known !== key) {
      const smooths = smoothing > 0 && this.newest.perStep;
      this.known = key;
      this.shown = [...this.folds].sort(([a], [b]) => a - b).map(([fold, curve]) =>
        ({ fold, steps: curve.steps, seconds: curve.seconds, values: smooths && curve.length > 2 ? smooth(curve.steps, curve.values, smoothing) : curve.values }));
      this.mean = together(this.shown);
    }
    return this;
  }
}
