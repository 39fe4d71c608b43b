// Paints one figure on a canvas: axes, bands, lines, marks. A figure is {data, layout} as Plotly names
// things, so that the same description also makes PNG and SVG files. docs/decisions.md says why.
import { element } from "./dom.js";
import { paintLine, paintBand } from "./lines.js";
import { paintMarks, paintShapes } from "./symbols.js";
import { ticks } from "./ticks.js";

export const MARGIN = { left: 60, right: 14, top: 12, bottom: 28 };
const FONT_SIZE = 11;
const PIXELS_PER_TICK = { x: 90, y: 36 };

export class Figure {
  // resized(): called when the place has another size than before
  constructor(plot, resized) {
    this.plot = plot;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.context = this.canvas.getContext("2d");
    plot.append(this.canvas);
    this.observer = new ResizeObserver(([{ contentRect }]) => {
      if (this.resize(contentRect.width, contentRect.height)) resized();
    });
    this.observer.observe(plot);
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    Object.assign(this, { width, height, ratio });
    return width > 0;
  }

  // Setting a canvas' size empties it, so that happens only together with painting.
  begin() {
    if (!this.width) this.resize(this.plot.clientWidth, this.plot.clientHeight);
    const [wide, high] = [Math.round(this.width * this.ratio), Math.round(this.height * this.ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) Object.assign(this.canvas, { width: wide, height: high });
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
  }

  get area() {
    const { left, right, top, bottom } = MARGIN;
    return { left, top, right: Math.max(left + 1, this.width - right), bottom: Math.max(top + 1, this.height - bottom) };
  }

  paint({ data, layout }, theme) {
    this.begin();
    const { left, right, top, bottom } = this.area;
    this.x = placing(layout.xaxis, left, right);
    this.y = placing(layout.yaxis, bottom, top);
    const share = placing({ type: "linear", range: [0, 1] }, bottom, top);
    const { context } = this;
    context.font = `${FONT_SIZE}px ${theme.font}`;
    this.paintAxes(layout, theme);
    context.save();
    context.beginPath();
    // Dots of the first and last point stand on the edge; a zoomed line must end there.
    const spill = layout.zoomed ? 0 : 5;
    context.rect(left - spill, top - 8, right - left + 2 * spill, bottom - top + 16);
    context.clip();
    for (const trace of data) if (trace.fill) paintBand(context, trace, this);
    for (const trace of data) if (!trace.fill && trace.mode?.includes("lines")) paintLine(context, trace, this, left, right);
    paintShapes(context, layout.shapes ?? [], this.x, this.area);
    for (const trace of data) if (trace.mode === "markers") paintMarks(context, trace, this.x, trace.yaxis === "y2" ? share : this.y);
    context.restore();
  }

  paintAxes({ xaxis, yaxis }, theme) {
    const { context, area: { left, right, top, bottom } } = this;
    context.fillStyle = theme.quiet;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.strokeStyle = theme.line;
    for (const { value, text } of ticks(yaxis, Math.max(2, (bottom - top) / PIXELS_PER_TICK.y))) {
      const y = Math.round(this.y(value)) + 0.5;
      stroke(context, left, y, right, y);
      context.fillText(text + (yaxis.ticksuffix ?? ""), left - 8, y);
    }
    context.strokeStyle = theme.strongLine;
    stroke(context, left, bottom + 0.5, right, bottom + 0.5);
    context.textBaseline = "top";
    for (const { value, text } of ticks(xaxis, Math.max(2, (right - left) / PIXELS_PER_TICK.x))) {
      const x = Math.round(this.x(value)) + 0.5;
      stroke(context, x, bottom, x, bottom + 4);
      const half = context.measureText(text).width / 2;
      context.textAlign = "center";
      context.fillText(text, Math.max(half, Math.min(x, this.width - half - 1)), bottom + 8);
    }
  }

  // Data value at a pixel, the inverse of `x`.
  valueAt(pixel) {
    return this.x ? this.x.inverse(pixel) : NaN;
  }

  remove() {
    this.observer.disconnect();
  }
}

function stroke(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

// From a value to its pixel; what has no logarithm is NaN.
export function placing({ type, range: [low, high] }, from, to) {
  if (type === "log") {
    const [a, b] = [Math.log10(low), Math.log10(high)];
    const factor = (to - from) / (b - a);
    const place = (value) => value > 0 ? from + (Math.log10(value) - a) * factor : NaN;
    place.inverse = (pixel) => 10 ** (a + (pixel - from) / factor);
    return place;
  }
  const factor = (to - from) / (high - low);
  const place = (value) => from + (value - low) * factor;
  place.inverse = (pixel) => low + (pixel - from) / factor;
  return place;
}
