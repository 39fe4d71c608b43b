// One chart: a title, a legend with values, a figure painted when the schedule says so.
import { BEFORE } from "./before.js";
import { MOST_KEYS, Keys } from "./keys.js";
import { element, setText } from "./dom.js";
import { enlarge, switchPlotly } from "./fullscreen.js";
import { Figure } from "./figure.js";
import { spreadText } from "./folds.js";
import { spread } from "./format.js";
import { Pointer } from "./pointer.js";
import { Reading, placeText } from "./reading.js";
import { marksNear, readingsAt, stepTo } from "./readings.js";
import { savePicture, saveTable } from "./saving.js";
import { readTheme } from "./theme.js";
import { stackedTraces } from "./stacked.js";
import { tools } from "./tools.js";
import { tracesOf } from "./traces.js";
import { UNITS, unitFor } from "./units.js";
import { visibleRange } from "./visible.js";

const NO_MARKS = () => ({ traces: [], shapes: [] });
const FADED = 0.16;

export class Chart {
  // spec: {id, title, unit, smooths, logarithmic}; series(): [{name, measured, colour, dash, scale}];
  // marks(theme): {traces, shapes} drawn over the curves; sign(): how complete the points are
  constructor({ spec, axis, schedule, series, marks = NO_MARKS, file, legend = true, edges = () => null, crosshair = null, spotlight = null, sign = () => "" }) {
    Object.assign(this, { spec, axis, schedule, series, marks, file, legend, edges, crosshair, sign });
    this.spotlight = spotlight ?? { name: null };
    this.keys = new Keys({ changed: () => this.mark(), pointed: (name) => this.lighten(name) });
    this.plot = element("div", { class: "ty-plot", tabindex: "0", role: "slider", "aria-label": `${spec.title}, values along the horizontal axis`, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "100" });
    this.figure = new Figure(this.plot, () => this.mark());
    this.reading = new Reading(this.plot);
    this.signed = element("span", { class: "ty-sign" });
    this.plot.append(this.signed);
    this.pointer = new Pointer(this);
    const buttons = tools(spec.title, { picture: (format) => this.savePicture(format), table: () => this.saveTable(), enlarge: () => enlarge(this), plotly: this.lined && ((button) => switchPlotly(this, button)) });
    this.root = element("section", { class: "ty-chart", "aria-label": spec.title, "data-chart": spec.id, children: [
      element("header", { children: [element("h3", { text: spec.title }), this.keys.root, buttons] }), this.plot] });
    schedule.watch(this);
  }

  get unit() {
    return UNITS[this.spec.unit];
  }

  // Whether it is a figure of lines, which Plotly can draw too.
  get lined() {
    return true;
  }

  mark() {
    this.schedule.mark(this);
  }

  draw() {
    const theme = readTheme(this.root);
    this.shown = this.known();
    this.spec = { ...this.spec, unit: unitFor(this.spec.unit, this.shown) };
    this.showKeys();
    const lit = this.spotlight.name;
    const seen = this.seen(this.shown);
    const fades = seen.some(({ name }) => name === lit);
    const lines = this.spec.stacked ? stackedTraces(seen, this.axis) : seen.flatMap((one) => tracesOf({ ...one, opacity: fades && one.name !== lit ? FADED : 1, width: fades && one.name === lit ? 2.5 : undefined }, this));
    const { traces, shapes } = this.marks(theme);
    // What is pointed at lies over the others.
    if (fades) lines.sort((a, b) => (a.key === lit) - (b.key === lit));
    this.plot.data = [...lines, ...traces];
    this.plot.layout = this.layout(lines, shapes);
    this.root.dataset.curves = seen.length;
    this.figure.paint({ data: this.plot.data, layout: this.plot.layout }, theme);
    setText(this.signed, this.sign(seen));
    this.showValues();
    this.crosshair?.refresh(this);
    this.interactive?.follow();
  }

  // The series as the charts draw them: exact where a zoom has fetched that.
  known() {
    return this.series().map((one) => ({ ...one, coarse: one.measured, measured: one.fine?.() ?? one.measured }));
  }

  // Those that are not hidden by their key, with what was before a fork unless that is.
  seen(shown) {
    const { hidden } = this.keys;
    const seen = shown.filter(({ name }) => !hidden.has(name));
    return hidden.has(BEFORE) ? seen.map((one) => ({ ...one, before: undefined })) : seen;
  }

  layout(lines, shapes) {
    const log = Boolean(this.axis.log && this.spec.logarithmic);
    const range = this.axis.visible(this.edges());
    return {
      xaxis: { type: this.axis.type, kind: this.axis.kind, range, title: { step: "Step", epoch: "Epoch", time: "Time", relative: "Time since the start" }[this.axis.kind] },
      yaxis: { type: log ? "log" : "linear", range: visibleRange(this.spec, range, lines, log), ticksuffix: this.unit.suffix }, shapes, zoomed: this.axis.range !== null,
    };
  }

  showKeys() {
    const alone = this.shown.length === 1;
    const earlier = this.shown.some(({ before }) => before) ? [{ name: BEFORE, label: BEFORE, dash: "dash", beside: true }] : [];
    this.keys.show(!this.legend ? [] : [...this.shown.map((one) =>
      ({ ...one, label: alone && one.name.toLowerCase() === this.spec.title.toLowerCase() ? "" : one.name })), ...earlier]);
  }

  // The newest values, until the cross-hair is somewhere.
  showValues() {
    for (const { name, coarse } of this.shown) this.keys.value(name, this.newest(coarse));
  }

  newest(measured) {
    if (measured.folded) return spreadText(measured, this.axis.smoothing);
    const { values, length } = measured.newest;
    return length ? this.unit.show(values[length - 1] / this.unit.scale) : "";
  }

  // The pointer is at a pixel: the cross-hair goes to the nearest point there.
  hover(pixel, y) {
    if (!this.figure.x) return;
    const near = readingsAt(this.plot.data, this.figure.valueAt(pixel)).map(({ x }) => x).sort((a, b) => Math.abs(this.figure.x(a) - pixel) - Math.abs(this.figure.x(b) - pixel))[0];
    const x = near !== undefined && Math.abs(this.figure.x(near) - pixel) < 12 ? near : this.figure.valueAt(pixel);
    if (this.crosshair) this.crosshair.move(this, x, y);
    else this.point(x, true, y);
  }

  step(by) {
    const x = stepTo(this, by);
    if (x === undefined) return;
    if (this.crosshair) this.crosshair.move(this, x);
    else this.point(x, true);
  }

  // Shows the cross-hair at x, or not; `own` where the pointer is.
  point(x, own = false, y = null) {
    if (x === null) {
      this.reading.hide();
      if (this.shown) this.showValues();
      this.lighten(null);
      return;
    }
    if (!this.figure.x) return;
    const points = readingsAt(this.plot.data, x);
    // A mean of fewer curves than there are says so: the shorter ones have ended.
    const behind = ({ count, of }) => count < of ? ` (${count} of ${of})` : "";
    const text = (point) => point.value === undefined ? "–" : point.deviation === undefined ? this.unit.show(point.value) : spread(point.value, point.deviation) + behind(point);
    for (const { name } of this.shown) this.keys.value(name, text(points.find(({ key }) => key === name) ?? {}));
    const title = own ? placeText(this.axis.kind, x, this.axis.scale.stepsPerEpoch) : "";
    const close = own && points.length > MOST_KEYS || own && !this.legend ? nearFirst(points, y, this.figure) : [];
    const lines = own ? [...marksNear(this.plot.data, this.figure, x), ...close.map((point) => ({ colour: point.colour, text: `${point.key} ${text(point)}` }))] : [];
    this.reading.show(this.figure, x, { points: points.length > 3 * MOST_KEYS ? close.slice(0, 1) : points, title, lines });
    if (own) this.speak(x, points.map((point) => `${point.key} ${text(point)}`), title);
    if (own && y !== null && this.shown.length > 3) this.lighten(close.length ? close[0].key : null);
  }

  speak(x, values, title) {
    const { left, right } = this.figure.area;
    this.plot.setAttribute("aria-valuenow", String(Math.round(100 * (this.figure.x(x) - left) / (right - left))));
    this.plot.setAttribute("aria-valuetext", [title, ...values.slice(0, MOST_KEYS)].join(", "));
  }

  // One curve stands out of the others.
  lighten(name) {
    if (this.spotlight.name === name) return;
    this.spotlight.name = name;
    if (this.spotlight.changed) this.spotlight.changed();
    else this.mark();
  }

  savePicture(format) {
    return savePicture(format, `${this.file}-${this.spec.id}`, this.spec.title, { data: this.plot.data, layout: this.plot.layout }, readTheme(this.root));
  }

  saveTable() {
    const rows = (name, { folds, part }, scale) => [...folds].map(([fold, curve]) =>
      ({ name: fold ? `${name}, ${part} ${fold}` : name, curve, x: this.axis.x(curve, scale), whole: curve.whole }));
    const curves = this.seen(this.known()).flatMap(({ name, measured, before, scale }) => [...(before ? rows(`${name}, ${BEFORE}`, before, scale) : []), ...rows(name, measured, scale)]);
    saveTable(`${this.file}-${this.spec.id}`, curves, this.axis.range ?? [-Infinity, Infinity]);
  }

  remove() {
    this.schedule.forget(this);
    this.figure.remove();
    this.root.closest("dialog")?.close();
    this.root.remove();
  }
}

// The curves in the order of their distance from the pointer.
function nearFirst(points, y, figure) {
  const distance = (point) => y === null ? -point.y : Math.abs(figure.y(point.y) - y);
  return points.filter((point) => Number.isFinite(point.y)).sort((a, b) => distance(a) - distance(b));
}
