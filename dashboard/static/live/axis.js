// What all charts of a view share: what x is, the zoomed range, smoothing, logarithms.
import { Scale } from "./scale.js";

export class Axis {
  constructor(changed) {
    this.changed = changed;
    this.wanted = "step";
    this.range = null;
    this.smoothing = 0;
    this.log = false;
    this.logX = false;
    this.scale = new Scale();
    // Whether epochs are known; without them their axis shows steps.
    this.epochs = false;
  }

  // step | epoch | time (on the clock) | relative (since the first step)
  get kind() {
    return this.wanted === "epoch" && !this.epochs ? "step" : this.wanted;
  }

  set kind(kind) {
    this.wanted = kind;
  }

  // Whether x is time, of whatever beginning.
  get clock() {
    return this.kind === "time" || this.kind === "relative";
  }

  get type() {
    return this.clock ? "date" : this.logX ? "log" : "linear";
  }

  set(changes) {
    // A range of steps means nothing on the clock.
    if (changes.kind && changes.kind !== this.kind) changes.range = null;
    Object.assign(this, changes);
    this.changed(changes);
  }

  // x values of a curve: steps, epochs, or milliseconds; on the clock shifted so that what is drawn
  // as UTC is the person's own time.
  x(curve, scale = this.scale) {
    if (this.kind === "step") return curve.steps;
    if (this.kind === "epoch") return Float64Array.from(curve.steps, (step) => step / scale.stepsPerEpoch);
    return Float64Array.from(curve.seconds, (seconds) => this.at(0, seconds, scale));
  }

  at(step, seconds, scale = this.scale) {
    if (this.kind === "step") return step;
    if (this.kind === "epoch") return step / scale.stepsPerEpoch;
    return this.kind === "time" ? localMilliseconds(seconds) : 1000 * (seconds - (scale.origin ?? seconds));
  }

  // A stretch of x as the server knows it: steps, or seconds since 1970.
  stretch([from, to], scale = this.scale) {
    if (this.kind === "step") return { axis: "step", from, to };
    if (this.kind === "epoch") return { axis: "step", from: from * scale.stepsPerEpoch, to: to * scale.stepsPerEpoch };
    const seconds = (x) => this.kind === "time" ? unixSeconds(x) : x / 1000 + scale.origin;
    return { axis: "time", from: seconds(from), to: seconds(to) };
  }

  // The same stretch on all charts, so that what stands above each other happened together.
  edges(curves, scale = this.scale) {
    let [low, high] = [Infinity, -Infinity];
    for (const { length, steps, seconds } of curves) {
      if (!length) continue;
      low = Math.min(low, this.at(steps[0], seconds[0], scale));
      high = Math.max(high, this.at(steps[length - 1], seconds[length - 1], scale));
    }
    return low <= high ? [low, high] : null;
  }

  // What is visible of `edges`, as two different numbers that the axis can show.
  visible(edges) {
    let [low, high] = this.range ?? edges ?? [0, 1];
    if (this.type === "log") {
      high = Math.max(high, 1e-6);
      low = Math.max(low, Math.min(this.kind === "epoch" ? 1 / (this.scale.stepsPerEpoch ?? 1) : 1, high / 10));
    }
    if (low < high) return [low, high];
    return this.type === "log" ? [low / 2, high * 2] : [low - 1, high + 1];
  }
}

export function localMilliseconds(seconds) {
  return seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000;
}

// The inverse; around a change of the clocks it is as good as can be.
function unixSeconds(local) {
  const near = local / 1000 + new Date(local).getTimezoneOffset() * 60;
  return local / 1000 + new Date(near * 1000).getTimezoneOffset() * 60;
}

