// The gradient's norm layer by layer over the run: a row a layer, from the input's above to the
// output's below, on the x axis of all charts. Dark is faint on the dark ground as on the light one:
// the colours (cividis) rise evenly in lightness, and colour-blind eyes see the same order.
import { Chart } from "./chart.js";
import { download, element, setText } from "./dom.js";
import { nearest } from "./extremes.js";
import { placing } from "./figure.js";
import { significant, whole } from "./format.js";
import { placeText } from "./reading.js";
import { readTheme } from "./theme.js";

const STOPS = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"];
const COLOURS = ramp(STOPS, 256);
const MOST_DECADES = 8;
const HEIGHT = { least: 200, most: 560, around: 52, row: 16 };
const NAMED = 34;
const LETTERS = 8;
const MARKS = [["gradient-vanishing", "vanishes", "▼"], ["gradient-exploding", "explodes", "▲"]];

export class HeatMap extends Chart {
  // order(): names of the layers from input to output; facts(): of the run, with its alerts
  constructor({ order, facts, ...options }) {
    super(options);
    Object.assign(this, { order, facts });
    this.scale = element("span", { class: "ty-ramp", children: [element("b"), element("i"), element("b")] });
    this.scale.children[1].style.background = `linear-gradient(90deg, ${STOPS.join(", ")})`;
    this.keys.root.append(this.scale);
    this.root.classList.add("ty-wide");
  }

  get lined() {
    return false;
  }

  draw() {
    const theme = readTheme(this.root);
    const order = this.order();
    this.shown = this.known().sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    this.layers = this.shown.map(({ name, measured }) => ({ name, curve: measured.newest }));
    const height = Math.min(HEIGHT.most, Math.max(HEIGHT.least, HEIGHT.around + HEIGHT.row * this.layers.length));
    this.plot.style.height = `${height}px`;
    this.figure.resize(this.plot.clientWidth, this.plot.clientHeight);
    this.plot.data = [];
    this.plot.layout = this.layout([], []);
    const { figure } = this;
    figure.begin();
    const { left, right, top, bottom } = figure.area;
    figure.x = placing(this.plot.layout.xaxis, left, right);
    figure.y = placing({ type: "linear", range: [0, this.layers.length || 1] }, top, bottom);
    figure.context.font = `11px ${theme.font}`;
    this.paintCells();
    figure.paintAxes({ xaxis: this.plot.layout.xaxis, yaxis: { type: "linear", range: [0, 0] } }, theme);
    this.paintNames(theme);
    this.paintMarks(theme);
    setText(this.signed, this.sign(this.shown));
    this.crosshair?.refresh(this);
  }

  // Logarithms of the faintest and the loudest norm there is.
  bounds() {
    let [low, high] = [Infinity, 0];
    for (const { curve } of this.layers) for (const value of curve.values) if (value > 0 && value < Infinity) { low = Math.min(low, value); high = Math.max(high, value); }
    if (!(high > 0)) return [-1, 0];
    const [bottom, top] = [Math.log10(low), Math.log10(high)];
    return [Math.max(Math.min(bottom, top - 0.5), top - MOST_DECADES), top];
  }

  // One row of pixels a layer and one column a pixel, stretched: 300 layers take a few milliseconds.
  paintCells() {
    const { figure: { area: { left, right, top, bottom }, context, x } } = this;
    const [low, high] = this.bounds();
    const ends = [low, high].map((power) => significant(10 ** power, 2));
    setText(this.scale.firstChild, this.layers.length ? ends[0] : "");
    setText(this.scale.lastChild, this.layers.length ? ends[1] : "");
    const width = Math.max(1, Math.round(right - left));
    if (!this.layers.length) return;
    const image = new ImageData(width, this.layers.length);
    const pixels = new Uint32Array(image.data.buffer);
    for (const [row, { curve }] of this.layers.entries()) {
      for (const [from, to, value] of stretches(this.axis.x(curve), curve.values, x, left, width)) {
        if (Number.isNaN(value)) continue;
        const place = Math.round(255 * (Math.log10(Math.max(value, 1e-300)) - low) / (high - low));
        pixels.fill(COLOURS[Math.max(0, Math.min(255, place))], row * width + from, row * width + to);
      }
    }
    const buffer = element("canvas", { width, height: this.layers.length });
    buffer.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(buffer, left, top, right - left, bottom - top);
  }

  paintNames(theme) {
    const { figure: { context, y, area } } = this;
    const every = Math.max(1, Math.ceil(this.layers.length / NAMED), Math.ceil(13 / Math.abs(y(1) - y(0))));
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillStyle = theme.quiet;
    for (let i = 0; i < this.layers.length; i += every) context.fillText(short(this.layers[i].name), area.left - 6, y(i + 0.5));
  }

  paintMarks(theme) {
    const { figure: { context, x, y, area } } = this;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `700 13px ${theme.font}`;
    context.lineWidth = 3;
    for (const { layer, at, sign } of this.alerts()) {
      const place = Math.max(area.left + 6, Math.min(area.right - 6, x(at)));
      context.strokeStyle = "#ffffff";
      context.fillStyle = "#b3001e";
      context.strokeText(sign, place, y(layer + 0.5));
      context.fillText(sign, place, y(layer + 0.5));
    }
  }

  // Where a layer was said to vanish or to explode.
  alerts() {
    return this.facts().flatMap((fact) => {
      const [, verb, sign] = MARKS.find(([code]) => code === fact.code) ?? [];
      const layer = verb ? this.layers.findIndex(({ name }) => fact.message.includes(`layer ${name} ${verb}`)) : -1;
      return layer < 0 ? [] : [{ layer, sign, verb, at: this.axis.at(fact.step - (fact.fold_begin ?? 0), fact.time) }];
    });
  }

  showValues() {}

  point(x, own = false, y = null) {
    if (x === null || !this.figure.x || !this.layers?.length) return this.reading.hide();
    const row = y === null ? this.row ?? 0 : Math.floor(this.figure.y.inverse(y));
    this.row = Math.max(0, Math.min(this.layers.length - 1, row));
    const { name, curve } = this.layers[this.row];
    const i = nearest(this.axis.x(curve), x);
    const title = own ? placeText(this.axis.kind, x, this.axis.scale.stepsPerEpoch) : "";
    const told = this.alerts().filter(({ layer }) => layer === this.row).map(({ verb }) => ({ text: `its gradient ${verb}` }));
    const lines = [{ text: `${name}: ${significant(curve.values[i])}` }, { text: `layer ${whole(this.row + 1)} of ${whole(this.layers.length)}, at step ${whole(curve.steps[i])}` }, ...told];
    this.reading.show(this.figure, x, { points: [], title, lines: own ? lines : [] });
    if (own) this.speak(x, [`${name} ${significant(curve.values[i])}`], title);
  }

  step(by) {
    const xs = this.axis.x(this.layers[0].curve);
    const at = this.crosshair?.x === null ? xs.length - 1 : nearest(xs, this.crosshair.x) + by;
    const place = xs[Math.max(0, Math.min(xs.length - 1, at))];
    if (place !== undefined) this.crosshair?.move(this, place);
  }

  lighten() {}

  // As a picture of what is on the screen; an SVG file holds it as an image.
  savePicture(format) {
    const { width, height } = this.figure.canvas;
    const copy = element("canvas", { width, height });
    const context = copy.getContext("2d");
    context.fillStyle = readTheme(this.root).ground;
    context.fillRect(0, 0, width, height);
    context.drawImage(this.figure.canvas, 0, 0);
    const png = copy.toDataURL("image/png");
    const name = `${this.file}-${this.spec.id}.${format}`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><image href="${png}" width="${width}" height="${height}"/></svg>`;
    download(name, format === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : png);
  }
}

// The pixels [from, to) that each point fills, half way to its neighbours; of several on one pixel the
// loudest, so that no burst is lost.
function* stretches(xs, values, placeX, left, width) {
  const pixel = (value) => Math.round(placeX(value) - left);
  let open = null;
  for (let i = 0; i < xs.length; i++) {
    const from = i ? pixel((xs[i - 1] + xs[i]) / 2) : pixel(xs[0]) - 1;
    const to = i + 1 < xs.length ? pixel((xs[i] + xs[i + 1]) / 2) : pixel(xs[i]) + 2;
    if (open && from === open[0] && to <= open[1]) { open[2] = Math.max(open[2], values[i]); continue; }
    if (open) yield clipped(open, width);
    open = [from, Math.max(to, from + 1), values[i]];
  }
  if (open) yield clipped(open, width);
}

const clipped = ([from, to, value], width) => [Math.max(0, Math.min(width, from)), Math.max(0, Math.min(width, to)), value];

// Of a long name its block's number and its end say most: 3…input.
function short(name) {
  if (name.length <= LETTERS) return name;
  const block = /(?:^|\.)(\d+)(?=\.)/.exec(name)?.[1] ?? "";
  return `${block}…${name.split(".").pop().slice(block.length + 1 - LETTERS)}`;
}

// `count` colours between stops, as a canvas holds them in its memory.
function ramp(stops, count) {
  const parts = stops.map((colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)));
  return Uint32Array.from({ length: count }, (_, i) => {
    const at = i / (count - 1) * (stops.length - 1);
    const [below, share] = [Math.min(stops.length - 2, Math.floor(at)), at - Math.min(stops.length - 2, Math.floor(at))];
    const [r, g, b] = [0, 1, 2].map((c) => Math.round(parts[below][c] * (1 - share) + parts[below + 1][c] * share));
    return (255 << 24 | b << 16 | g << 8 | r) >>> 0;
  });
}
