// One curve in the browser: points are appended, doubled ones dropped, old ones thinned.
// Its memory is three typed arrays that never grow beyond MOST_POINTS, however long a run is watched.
import { extremes, search } from "./extremes.js";
import { byClock } from "./measures.js";

const MOST_POINTS = 8192;
// At most five points of each stretch are kept, so thinning always makes room.
const STRETCHES = 1024;
const FEWEST = 64;

export class Curve {
  // total: how many points the curve has where it came from; more than given if it was thinned there
  constructor(metric, points, total) {
    // A replayed step counts once; hardware and timings belong to the clock, not to the step.
    this.byTime = byClock(metric);
    // What is measured once an epoch has no noise of steps to smooth away.
    this.perStep = metric.startsWith("train/");
    this.length = 0;
    this.total = 0;
    this.reserve(points?.values.length ?? 0);
    if (points) this.append(points);
    if (total !== undefined) this.total = Math.max(total, this.length);
  }

  reserve(count) {
    if (this.room >= count) return;
    this.room = Math.min(MOST_POINTS, Math.max(FEWEST, 2 ** Math.ceil(Math.log2(count))));
    const grown = [new Float64Array(this.room), new Float64Array(this.room), new Float32Array(this.room)];
    for (const [i, old] of (this.columns ?? []).entries()) grown[i].set(old.subarray(0, this.length));
    this.columns = grown;
  }

  get steps() {
    return this.columns[0].subarray(0, this.length);
  }

  get seconds() {
    return this.columns[1].subarray(0, this.length);
  }

  get values() {
    return this.columns[2].subarray(0, this.length);
  }

  // What orders its points and tells doubled ones.
  get keys() {
    return this.byTime ? this.seconds : this.steps;
  }

  // Whether every point there ever was is still here.
  get whole() {
    return this.length === this.total;
  }

  append(points) {
    const { steps, seconds, values } = this.byTime ? inTime(points) : points;
    const given = this.byTime ? seconds : steps;
    for (let i = 0; i < values.length; i++) {
      const last = this.length - 1;
      if (last >= 0 && given[i] <= this.columns[this.byTime ? 1 : 0][last]) continue;
      if (this.length === this.room) this.makeRoom();
      const place = this.length++;
      const before = place ? this.columns[0][place - 1] : 0;
      this.columns[0][place] = this.byTime ? Math.max(before, steps[i]) : steps[i];
      this.columns[1][place] = seconds[i];
      this.columns[2][place] = values[i];
      this.total++;
    }
  }

  makeRoom() {
    if (this.room < MOST_POINTS) this.reserve(2 * this.room);
    else this.take(extremes(this.columns[this.byTime ? 1 : 0], this.columns[2], this.length, STRETCHES));
  }

  // Keeps the points at `indices`, which are in order. The arrays are new ones: a figure that is still
  // on the screen keeps what it shows.
  take(indices) {
    this.columns = this.columns.map((column) => {
      const kept = new column.constructor(this.room);
      for (const [place, index] of indices.entries()) kept[place] = column[index];
      return kept;
    });
    this.length = indices.length;
  }

  // Forgets what is older than `seconds`.
  forget(seconds) {
    const old = search(this.seconds, seconds);
    if (!old) return;
    this.take(Array.from({ length: this.length - old }, (_, i) => old + i));
    this.total = this.length;
  }

  // Steps per second over the last `window` seconds; null while nobody can know.
  speed(window = 10) {
    const { steps, seconds } = this;
    const last = this.length - 1;
    if (last < 1) return null;
    let first = last;
    while (first > 0 && seconds[last] - seconds[first] < window) first--;
    const time = seconds[last] - seconds[first];
    return time > 0 ? (steps[last] - steps[first]) / time : null;
  }
}

// What is read step by step may be out of its time: a resumed attempt measured the machine before it
// knew its step.
function inTime({ steps, seconds, values }) {
  let sorted = true;
  for (let i = 1; i < seconds.length && sorted; i++) sorted = seconds[i] >= seconds[i - 1];
  if (sorted) return { steps, seconds, values };
  const order = Array.from(seconds.keys()).sort((a, b) => seconds[a] - seconds[b]);
  const pick = (column) => order.map((i) => column[i]);
  return { steps: pick(steps), seconds: pick(seconds), values: pick(values) };
}

// Exponential moving average without start-up bias; `weight` 0..1 is per usual distance of points.
export function smooth(x, values, weight) {
  if (weight <= 0) return values;
  const distance = (x[x.length - 1] - x[0]) / Math.max(1, x.length - 1) || 1;
  let sum = 0, total = 0, before = x[0];
  return Float64Array.from(values, (value, i) => {
    const keep = weight ** ((x[i] - before) / distance);
    before = x[i];
    if (!Number.isFinite(value)) return value;
    sum = sum * keep + (1 - weight) * value;
    total = total * keep + (1 - weight);
    return sum / total;
  });
}
