// Mouse, finger and keys on one chart: they move the cross-hair and choose the range.
import { element } from "./dom.js";
import { placing } from "./figure.js";

const LEAST_DRAG = 5;
const ZOOM = 1.6;

export class Pointer {
  constructor(chart) {
    this.chart = chart;
    this.area = element("div", { class: "ty-selection" });
    this.area.hidden = true;
    chart.plot.append(this.area);
    for (const name of ["pointermove", "pointerdown", "pointerup", "pointercancel", "pointerleave", "dblclick", "keydown", "blur"]) {
      chart.plot.addEventListener(name, (event) => this[name](event));
    }
  }

  // In pixels of the plot, within its axes.
  place(event) {
    const { left, top } = this.chart.plot.getBoundingClientRect();
    const area = this.chart.figure.area;
    const within = event.clientX - left;
    return { inside: within >= area.left - 8 && within <= area.right + 8, x: Math.max(area.left, Math.min(within, area.right)), y: event.clientY - top };
  }

  pointermove(event) {
    const { x, y, inside } = this.place(event);
    if (this.from !== undefined) return this.drag(x);
    if (inside) this.chart.hover(x, y);
    else this.chart.crosshair?.hide();
  }

  pointerdown(event) {
    const { x, y, inside } = this.place(event);
    if (event.pointerType === "touch") return this.chart.hover(x, y);
    if (event.button !== 0 || !inside) return;
    this.from = x;
    this.chart.plot.setPointerCapture(event.pointerId);
  }

  drag(x) {
    this.area.hidden = Math.abs(x - this.from) < LEAST_DRAG;
    const { top, bottom } = this.chart.figure.area;
    this.area.style.cssText = `left: ${Math.min(x, this.from)}px; width: ${Math.abs(x - this.from)}px; top: ${top}px; height: ${bottom - top}px`;
    this.chart.crosshair?.hide();
  }

  pointerup(event) {
    if (this.from === undefined) return;
    const { x } = this.place(event);
    const edges = [Math.min(x, this.from), Math.max(x, this.from)].map((pixel) => this.chart.figure.valueAt(pixel));
    const long = Math.abs(x - this.from) >= LEAST_DRAG;
    this.pointercancel();
    if (long) this.chart.axis.set({ range: edges });
  }

  pointercancel() {
    this.from = undefined;
    this.area.hidden = true;
  }

  pointerleave({ pointerType }) {
    if (pointerType !== "touch" && this.from === undefined) this.chart.crosshair?.hide();
  }

  dblclick() {
    this.chart.axis.set({ range: null });
  }

  keydown(event) {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(this.chart, event.shiftKey);
  }

  blur() {
    this.chart.crosshair?.hide();
  }
}

const KEYS = {
  ArrowLeft: (chart, far) => chart.step(far ? -10 : -1),
  ArrowRight: (chart, far) => chart.step(far ? 10 : 1),
  Home: (chart) => chart.step(-Infinity),
  End: (chart) => chart.step(Infinity),
  "+": (chart) => zoom(chart, 1 / ZOOM),
  "=": (chart) => zoom(chart, 1 / ZOOM),
  "-": (chart) => zoom(chart, ZOOM),
  "0": (chart) => chart.axis.set({ range: null }),
  Escape: (chart) => chart.crosshair?.hide(),
};

// Around the cross-hair, or the middle; in pixels, so that a logarithm zooms as it looks. From the
// range that is wanted, not the one that is painted: keys may come faster than frames.
function zoom(chart, factor) {
  const { figure, axis, crosshair } = chart;
  const edges = chart.edges();
  const { left, right } = figure.area;
  const place = placing({ type: axis.type, range: axis.visible(edges) }, left, right);
  const marked = crosshair?.x ?? null;
  const middle = marked === null ? (left + right) / 2 : Math.max(left, Math.min(place(marked), right));
  const range = [middle - (middle - left) * factor, middle + (right - middle) * factor].map(place.inverse);
  const [low, high] = edges ? [Math.max(range[0], edges[0]), Math.min(range[1], edges[1])] : range;
  axis.set({ range: edges && low <= edges[0] && high >= edges[1] ? null : [low, high] });
}
