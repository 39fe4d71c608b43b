// The visible stretch of all charts as a strip with two handles: for fingers and keys, and to see
// where one is. Dragging the middle moves the stretch.
import { element, setText } from "./dom.js";
import { placeText } from "./reading.js";

const KEY_SHARE = 0.02;
const LEAST_SHARE = 1e-7;

export class Strip {
  // edges(): the whole stretch there is
  constructor(axis, edges) {
    Object.assign(this, { axis, edges });
    this.handles = ["First", "Last"].map((name, i) => element("button", { type: "button", class: "ty-handle", role: "slider", "aria-label": `${name} visible place`, "aria-valuemin": "0", "aria-valuemax": "100",
      onpointerdown: (event) => this.hold(event, i), onkeydown: (event) => this.key(event, i) }));
    this.fill = element("div", { class: "ty-strip-fill", onpointerdown: (event) => this.hold(event, 2) });
    this.track = element("div", { class: "ty-strip-track", children: [this.fill, ...this.handles] });
    this.texts = [0, 1].map(() => element("span", { class: "ty-strip-text" }));
    this.root = element("div", { class: "ty-strip", role: "group", "aria-label": "Visible stretch", ondblclick: () => axis.set({ range: null }),
      children: [this.texts[0], this.track, this.texts[1]] });
    for (const name of ["pointermove", "pointerup", "pointercancel"]) this.track.addEventListener(name, (event) => this[name](event));
  }

  // On a logarithm the strip is one, too.
  place(x) {
    const { low, high, log } = this.whole;
    return log ? Math.log(x / low) / Math.log(high / low) : (x - low) / (high - low);
  }

  value(share) {
    const { low, high, log } = this.whole;
    return log ? low * (high / low) ** share : low + share * (high - low);
  }

  show() {
    const edges = this.edges();
    const there = Boolean(edges && edges[0] < edges[1]);
    // Its place is kept: the second point must not push the charts down.
    this.root.hidden = false;
    this.root.style.visibility = there ? "" : "hidden";
    if (!there) return;
    const [low, high] = this.axis.type === "log" ? [Math.max(edges[0], edges[1] / 1e9), edges[1]] : edges;
    this.whole = { low, high, log: this.axis.type === "log" };
    const [from, to] = this.axis.range ?? [low, high];
    this.shares = [from, to].map((x) => Math.max(0, Math.min(1, this.place(x))));
    this.fill.style.cssText = `left: ${100 * this.shares[0]}%; right: ${100 - 100 * this.shares[1]}%`;
    for (const i of [0, 1]) {
      const text = placeText(this.axis.kind, [from, to][i], this.axis.scale.stepsPerEpoch);
      this.handles[i].style.left = `${100 * this.shares[i]}%`;
      this.handles[i].setAttribute("aria-valuenow", String(Math.round(100 * this.shares[i])));
      this.handles[i].setAttribute("aria-valuetext", text);
      setText(this.texts[i], text);
    }
  }

  hold(event, part) {
    this.held = { part, at: event.clientX, shares: [...this.shares], width: this.track.clientWidth || 1 };
    this.track.setPointerCapture(event.pointerId);
    event.stopPropagation();
  }

  pointermove({ clientX }) {
    if (this.held) this.move(this.held.part, (clientX - this.held.at) / this.held.width, this.held.shares);
  }

  pointerup() {
    this.held = undefined;
  }

  pointercancel() {
    this.held = undefined;
  }

  key(event, part) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const span = this.shares[1] - this.shares[0];
    this.move(part, Number.isFinite(by) ? by * Math.max(LEAST_SHARE, KEY_SHARE * span * (event.shiftKey ? 5 : 1)) : Math.sign(by), this.shares);
  }

  move(part, by, [low, high]) {
    const within = (share, from, to) => Math.max(from, Math.min(share, to));
    const shift = within(by, -low, 1 - high);
    const next = part === 2 ? [low + shift, high + shift] : part === 0 ? [within(low + by, 0, high - LEAST_SHARE), high] : [low, within(high + by, low + LEAST_SHARE, 1)];
    this.axis.set({ range: next[0] <= 0 && next[1] >= 1 ? null : next.map((share) => this.value(share)) });
  }
}
