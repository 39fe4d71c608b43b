// One curve in the browser: points are appended, doubled ones dropped, old ones thinned.
import { byClock } from "./measures.js";

const MOST_POINTS = 6000;

export class Curve {
  constructor(metric, points) {
    // A replayed step counts once; hardware and timings belong to the clock, not to the step.
    this.byTime = byClock(metric);
    // What is measured once an epoch has no noise of steps to smooth away.
    this.perStep = metric.startsWith("train/");
    this.steps = [];
    this.seconds = [];
    this.values = [];
    if (points) this.append(points);
  }

  get length() {
    return this.values.length;
  }

  append({ steps, seconds, values }) {
    const key = this.byTime ? seconds : steps;
    const own = this.byTime ? this.seconds : this.steps;
    for (let i = 0; i < values.length; i++) {
      if (own.length && key[i] <= own[own.length - 1]) continue;
      const before = this.steps[this.steps.length - 1] ?? 0;
      this.steps.push(this.byTime ? Math.max(before, steps[i]) : steps[i]);
      this.seconds.push(seconds[i]);
      this.values.push(values[i]);
    }
    if (this.length > MOST_POINTS) this.thin(MOST_POINTS / 4);
  }

  // Keeps the extremes, the gaps and both ends of each stretch; see downsample.py.
  thin(buckets) {
    const width = Math.ceil(this.length / buckets);
    const kept = new Set([0, this.length - 1]);
    for (let start = 0; start < this.length; start += width) {
      const end = Math.min(start + width, this.length);
      let low = -1, high = -1, gap = -1;
      for (let i = start; i < end; i++) {
        const value = this.values[i];
        if (!Number.isFinite(value)) { if (gap < 0) gap = i; continue; }
        if (low < 0 || value < this.values[low]) low = i;
        if (high < 0 || value > this.values[high]) high = i;
      }
      for (const i of [low, high, gap]) if (i >= 0) kept.add(i);
    }
    const order = [...kept].sort((a, b) => a - b);
    for (const name of ["steps", "seconds", "values"]) this[name] = order.map((i) => this[name][i]);
  }

  // Steps per second over the last `window` seconds; null while nobody can know.
  speed(window = 10) {
    const last = this.length - 1;
    if (last < 1) return null;
    let first = last;
    while (first > 0 && this.seconds[last] - this.seconds[first] < window) first--;
    const time = this.seconds[last] - this.seconds[first];
    return time > 0 ? (this.steps[last] - this.steps[first]) / time : null;
  }
}

// Exponential moving average without start-up bias; `weight` 0..1 is per usual distance of points.
export function smooth(x, values, weight) {
  if (weight <= 0) return values;
  const distance = (x[x.length - 1] - x[0]) / Math.max(1, x.length - 1) || 1;
  let sum = 0, total = 0, before = x[0];
  return values.map((value, i) => {
    const keep = weight ** ((x[i] - before) / distance);
    before = x[i];
    if (!Number.isFinite(value)) return value;
    sum = sum * keep + (1 - weight) * value;
    total = total * keep + (1 - weight);
    return sum / total;
  });
}
