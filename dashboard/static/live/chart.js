// One chart: a title, a legend with the newest values, and a Plotly figure drawn by the schedule.
import { parseEdge } from "./axis.js";
import { smooth } from "./curve.js";
import { download, element, setText } from "./dom.js";
import { foldTraces, spreadText } from "./folds.js";
import { bytes, plotlyText, significant } from "./format.js";
import { plotly } from "./plotly.js";
import { readTheme } from "./theme.js";
import { logTicks, visibleRange } from "./visible.js";

const CONFIG = { responsive: true, displayModeBar: false, doubleClick: false, showTips: false };
const SHOW = { number: (v) => significant(v), percent: (v) => `${significant(v, 3)} %`, bytes };
const SUFFIX = { number: "", percent: " %", bytes: " GiB" };
const MARKERS_BELOW = 40;
// Beyond, a legend and a list of all values under the pointer would cover the chart.
const MOST_KEYS = 12;
const GIB = 2 ** 30;

export class Chart {
  // spec: {id, title, unit, smooths, logarithmic}; series(): [{name, measured, colour, dash}];
  // marks(theme): {traces, shapes} drawn over the curves
  constructor({ spec, axis, schedule, series, marks = () => ({ traces: [], shapes: [] }), file, legend = true, edges = () => null }) {
    Object.assign(this, { spec, axis, schedule, series, marks, file, legend, edges });
    this.keys = element("div", { class: "ty-keys" });
    this.plot = element("div", { class: "ty-plot" });
    this.root = element("section", { class: "ty-chart", "aria-label": spec.title, "data-chart": spec.id, children: [
      element("header", { children: [element("h3", { text: spec.title }), this.keys, this.tools()] }),
      this.plot,
    ] });
    this.revision = 0;
    schedule.watch(this);
  }

  tools() {
    const button = (text, label, onclick) => element("button", { type: "button", class: "ty-tool", text, "aria-label": label, title: label, onclick });
    return element("div", { class: "ty-tools", children: [
      button("PNG", `Download ${this.spec.title} as a picture`, () => this.savePicture()),
      button("CSV", `Download the points of ${this.spec.title}`, () => this.saveTable()),
    ] });
  }

  mark() {
    this.schedule.mark(this);
  }

  // Skipped until Plotly is there; the promise marks the chart again.
  draw() {
    if (!window.Plotly) {
      plotly().then(() => this.removed || this.mark(), () => setText(this.plot, "The charts could not be loaded. Reload the page."));
      return;
    }
    const theme = readTheme(this.root);
    const series = this.series();
    const { traces, shapes } = this.marks(theme);
    const drawn = series.flatMap((one) => this.traces(one));
    this.drawKeys(series);
    this.revision++;
    window.Plotly.react(this.plot, [...drawn, ...traces], this.layout(theme, drawn, shapes), CONFIG);
    if (!this.listening) this.listen();
  }

  listen() {
    this.listening = true;
    this.plot.on("plotly_relayout", (event) => {
      if (event["xaxis.range[0]"] === undefined) return;
      this.axis.set({ range: [parseEdge(event["xaxis.range[0]"]), parseEdge(event["xaxis.range[1]"])] });
    });
    this.plot.on("plotly_doubleclick", () => this.axis.set({ range: null }));
  }

  traces(one) {
    if (one.measured.folded) return foldTraces(one, { axis: this.axis, log: this.axis.log && this.spec.logarithmic, hover: this.hoverFormat() });
    const { name, colour, dash } = one;
    const curve = one.measured.newest;
    const x = this.axis.x(curve);
    const scale = this.spec.unit === "bytes" ? GIB : 1;
    const raw = curve.values.map((value) => Number.isFinite(value) ? value / scale : null);
    const smooths = this.spec.smooths && this.axis.smoothing > 0 && curve.length > 2 && curve.perStep;
    const line = { color: colour, width: 1.75, dash: dash ?? "solid" };
    const main = {
      type: "scatter", name: plotlyText(name), x, y: smooths ? smooth(x, raw.map((v) => v ?? NaN), this.axis.smoothing) : raw,
      mode: curve.length < MARKERS_BELOW && this.spec.dots ? "lines+markers" : "lines",
      line, marker: { size: 5, color: colour }, connectgaps: false,
      // The dots of the first and last point stand on the edge; a zoomed line must end there.
      cliponaxis: this.axis.range !== null, hovertemplate: `%{y:${this.hoverFormat()}}${SUFFIX[this.spec.unit]}`,
    };
    if (curve.length === 1) main.mode = "lines+markers";
    return smooths ? [{ ...main, y: raw, opacity: 0.22, mode: "lines", hoverinfo: "skip", hovertemplate: undefined }, main] : [main];
  }

  hoverFormat() {
    return { number: ".4~g", percent: ".1f", bytes: ".3~g" }[this.spec.unit];
  }

  layout(theme, traces, shapes) {
    const log = this.axis.log && this.spec.logarithmic;
    return {
      autosize: true, uirevision: "keep", datarevision: this.revision, showlegend: false, hovermode: traces.filter(({ meta }) => meta !== "fold").length > 2 * MOST_KEYS ? "closest" : "x unified", dragmode: "zoom",
      margin: { l: 60, r: 12, t: 10, b: 30 }, 
      // Opaque: Plotly outlines the line under the pointer against what it thinks is behind.
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: theme.ground,
      font: { family: theme.font, size: 11, color: theme.quiet }, shapes,
      hoverlabel: { bgcolor: theme.ground, bordercolor: theme.strongLine, font: { color: theme.text, size: 12 } },
      xaxis: this.axis.layout(theme, this.edges()),
      yaxis: { type: log ? "log" : "linear", gridcolor: theme.line, zeroline: false, fixedrange: true, nticks: 6, ticks: "", ticklabelstandoff: 6,
        ...visibleRange(this.spec, this.axis, traces, log), ...this.ticks(), ...(log ? logTicks(traces, this.axis) : {}), exponentformat: "e" },
      yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
    };
  }

  ticks() {
    return { tickformat: this.spec.unit === "number" ? "~g" : undefined, ticksuffix: SUFFIX[this.spec.unit] };
  }

  drawKeys(series) {
    if (!this.legend || series.length > MOST_KEYS) return this.keys.replaceChildren();
    while (this.keys.children.length > series.length) this.keys.lastChild.remove();
    for (const [i, { name, measured, colour }] of series.entries()) {
      const key = this.keys.children[i] ?? this.keys.appendChild(element("span", { class: "ty-key", children: [element("i"), element("span"), element("b")] }));
      key.children[0].style.background = colour;
      setText(key.children[1], series.length === 1 && name.toLowerCase() === this.spec.title.toLowerCase() ? "" : name);
      setText(key.children[2], this.newest(measured));
    }
  }

  newest(measured) {
    if (measured.folded) return spreadText(measured, this.axis.smoothing);
    const { values } = measured.newest;
    return values.length ? SHOW[this.spec.unit](values[values.length - 1]) : "";
  }

  async savePicture() {
    const theme = readTheme(this.root);
    const layout = { ...this.plot.layout, paper_bgcolor: theme.ground, showlegend: true, title: { text: this.spec.title } };
    const url = await window.Plotly.toImage({ data: this.plot.data, layout }, { format: "png", width: 1200, height: 600, scale: 2 });
    download(`${this.file}-${this.spec.id}.png`, url);
  }

  saveTable() {
    const curves = this.series().flatMap(({ name, measured }) => [...measured.folds].map(([fold, curve]) => [fold ? `${name}, fold ${fold}` : name, curve]));
    const rows = curves.flatMap(([name, curve]) => curve.values.map((value, i) =>
      [JSON.stringify(name), curve.steps[i], new Date(curve.seconds[i] * 1000).toISOString(), value].join(",")));
    download(`${this.file}-${this.spec.id}.csv`, new Blob([["curve,step,time,value", ...rows].join("\n")], { type: "text/csv" }));
  }

  remove() {
    this.removed = true;
    this.schedule.forget(this);
    if (this.listening) window.Plotly.purge(this.plot);
    this.root.remove();
  }
}
