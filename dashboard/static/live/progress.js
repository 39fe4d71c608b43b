// State, progress, speed and remaining time of a run, in one calm row.
import { element, setText } from "./dom.js";
import { duration, rate, until, whole } from "./format.js";
import { pace, rounded } from "./pace.js";

const FIELDS = [["fold", "Fold"], ["step", "Step"], ["epoch", "Epoch"], ["speed", "Steps/s"], ["samples", "Samples/s"], ["elapsed", "Elapsed"], ["left", "Remaining"]];
const MOVING = new Set(["running", "pausing", "stopping"]);
const ENDED = new Set(["finished", "failed", "stopped"]);

export class Progress {
  constructor() {
    this.state = element("span", { class: "ty-state" });
    this.place = element("span", { class: "ty-place" });
    this.fill = element("i");
    this.track = element("div", { class: "ty-track", role: "progressbar", "aria-label": "Progress", "aria-valuemin": "0", "aria-valuemax": "100", children: [this.fill] });
    this.values = Object.fromEntries(FIELDS.map(([id]) => [id, element("dd", { text: "–" })]));
    const list = element("dl", { class: "ty-facts", children: FIELDS.map(([id, text]) => element("div", { "data-fact": id, children: [element("dt", { text }), this.values[id]] })) });
    this.until = element("small");
    this.values.left.after(this.until);
    this.values.fold.parentElement.hidden = true;
    this.list = list;
    this.root = element("div", { class: "ty-progress", children: [
      element("div", { class: "ty-headline", children: [this.state, this.place] }), this.track, list] });
    this.now = {};
    this.timer = setInterval(() => this.tick(), 1000);
  }

  move(progress) {
    if (progress && progress.step !== undefined) this.now = progress;
  }

  // loss, evaluated: curves
  show(info, started, loss, evaluated) {
    Object.assign(this, { info, started, loss, evaluated });
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => { this.due = false; this.tick(); });
  }

  tick() {
    const { info, loss } = this;
    if (!info) return;
    const step = Math.max(this.now.step ?? 0, info.step ?? 0);
    const total = this.started?.total_steps ?? info.total_steps;
    const share = info.status === "finished" ? 1 : this.share(step, total);
    this.state.dataset.state = info.status;
    setText(this.state, info.status[0].toUpperCase() + info.status.slice(1));
    setText(this.place, [info.machine, info.device_name || info.device].filter(Boolean).join(" · "));
    this.fill.style.transform = `scaleX(${share})`;
    this.track.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    this.track.dataset.state = info.status;
    this.count(step, total);
    this.time(step, total, ENDED.has(info.status) ? average(info, step - (this.started?.start?.step ?? 0)) : loss?.speed());
  }

  get fold() {
    return Math.max(this.now.fold ?? 0, this.started?.fold ?? 0, this.info?.fold ?? 0);
  }

  // Of the whole run; folds are equal parts of it, also where one ends early.
  share(step, total) {
    if (!this.fold || !this.started) return total ? Math.min(1, step / total) : 0;
    const { folds, fold_begin, steps_per_epoch, epochs } = this.started;
    const within = Math.min(1, Math.max(0, step - fold_begin) / (steps_per_epoch * epochs));
    return Math.min(1, (this.started.fold - 1 + within) / folds);
  }

  count(step, total) {
    const { info } = this;
    const folds = this.started?.folds || info.folds;
    this.values.fold.parentElement.hidden = !folds;
    if (folds) {
      this.list.dataset.folds = this.track.dataset.folds = "";
      this.track.style.setProperty("--folds", folds);
      setText(this.values.fold, this.fold ? `${whole(this.fold)} / ${whole(folds)}` : `– / ${whole(folds)}`);
    }
    const epoch = this.now.epoch ?? info.epoch;
    const epochs = this.started?.epochs ?? info.epochs;
    setText(this.values.step, total ? `${whole(step)} / ${whole(total)}` : step ? whole(step) : "–");
    setText(this.values.epoch, epoch ? (epochs ? `${whole(epoch)} / ${whole(epochs)}` : whole(epoch)) : "–");
  }

  time(step, total, speed) {
    const { info } = this;
    const known = speed && (MOVING.has(info.status) || ENDED.has(info.status));
    setText(this.values.speed, known ? rate(speed) : "–");
    setText(this.values.samples, known && info.batch_size ? rate(speed * info.batch_size) : "–");
    const now = Date.now() / 1000;
    const worked = trained(info, this.started, now);
    setText(this.values.elapsed, worked === null ? "–" : duration(worked));
    const steady = info.status === "running" && total ? pace(this.loss, this.evaluated, this.started?.time ?? 0, now) : null;
    const left = steady ? Math.max(0, total - step) / steady : null;
    setText(this.values.left, left === null ? "–" : left < 1 ? "0 s" : `≈ ${duration(rounded(left))}`);
    // A place is kept for it: nothing jumps when it comes.
    setText(this.until, left > 1 ? `until ${until(now + left)}` : "\u00a0");
  }

  remove() {
    clearInterval(this.timer);
  }
}

// How long the run has trained, without pauses and waiting. The first words of its first attempt are here
// before the history has them.
function trained({ started, worked, since }, first, now) {
  const from = since ?? (started ? null : first?.time ?? null);
  if (!started && from === null) return null;
  return (worked ?? 0) + (from === null ? 0 : Math.max(0, now - from));
}

// Of the steps that the run took itself: a fork begins at one of another run.
const average = ({ worked }, step) => worked > 0 ? step / worked : null;
