// Plotly's own figure of a chart, over its canvas on the full screen: Plotly's zoom, hover and selection.
// A zoom in it is the zoom of all charts, so that the exact points come here too.
import { element, setText } from "./dom.js";
import { significant, whole } from "./format.js";
import { looks, plotly, rangeOf } from "./plotly.js";
import { readTheme } from "./theme.js";

const REST_MS = 1000;
// More in one box of values would cover the figure; more points would be as many elements.
const MOST_TOGETHER = 12;
const MOST_DOTS = 3000;
// Its buttons are named: one of the others sends the figure to Plotly's own server.
const BUTTONS = [["zoom2d", "pan2d", "select2d", "lasso2d"], ["zoomIn2d", "zoomOut2d", "autoScale2d"]];
const CONFIG = { displaylogo: false, displayModeBar: true, responsive: true, doubleClick: "autosize", modeBarButtons: BUTTONS };
const SILENT = new Set(["raw", "band", "fold"]);
const FAILED = "Plotly could not be loaded from this server. The chart below is the same one; press Plotly to try again.";

export class Interactive {
  // chart: on the full screen; button: the switch
  constructor(chart, button) {
    Object.assign(this, { chart, button });
    this.place = element("div", { class: "ty-plotly" });
    this.note = element("p", { class: "ty-note ty-plotly-note", role: "status", text: "Loading Plotly…" });
  }

  async open() {
    const { root } = this.chart;
    this.chart.interactive = this;
    this.button.setAttribute("aria-pressed", "true");
    root.append(this.note);
    try {
      this.Plotly = await plotly();
    } catch {
      // Whoever closed it meanwhile is not told.
      if (this.chart.interactive !== this) return;
      this.close();
      setText(this.note, FAILED);
      root.append(this.note);
      this.chart.failed = this.note;
      return;
    }
    if (this.chart.interactive !== this) return;
    setText(this.note, "");
    root.dataset.plotly = "";
    root.append(this.place);
    await this.react();
    this.place.on("plotly_relayout", (changes) => this.zoom(changes));
    this.place.on("plotly_selected", (selected) => this.tell(selected));
    this.place.on("plotly_deselect", () => this.tell());
  }

  // The chart has other points: once a second is enough for a figure that somebody handles.
  follow() {
    if (!this.Plotly || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.react();
    }, Math.max(0, (this.last ?? -Infinity) + REST_MS - performance.now()));
  }

  react() {
    this.last = performance.now();
    const { data, layout } = this.chart.plot;
    const figure = figureOf(data, layout, readTheme(this.chart.root));
    return this.Plotly.react(this.place, figure.data, figure.layout, CONFIG);
  }

  zoom(changes) {
    const { axis, plot } = this.chart;
    if (changes["xaxis.autorange"]) return axis.set({ range: null });
    const range = changes["xaxis.range"] ?? [changes["xaxis.range[0]"], changes["xaxis.range[1]"]];
    if (range.some((edge) => edge === undefined)) return;
    axis.set({ range: range.map((edge) => fromPlotly(edge, plot.layout.xaxis)) });
  }

  // What is in the box: how many points of each curve, their mean and edges.
  tell(selected) {
    const values = new Map();
    for (const { data, y } of selected?.points ?? []) if (data.yaxis !== "y2") values.set(data.name, [...values.get(data.name) ?? [], y]);
    const said = [...values].map(([name, all]) => `${name}: ${whole(all.length)} points, mean ${significant(all.reduce((sum, value) => sum + value, 0) / all.length)}, from ${significant(Math.min(...all))} to ${significant(Math.max(...all))}`);
    setText(this.note, said.join("; "));
  }

  close() {
    clearTimeout(this.timer);
    if (this.Plotly) this.Plotly.purge(this.place);
    this.place.remove();
    this.note.remove();
    delete this.chart.root.dataset.plotly;
    this.button.setAttribute("aria-pressed", "false");
    this.chart.interactive = undefined;
    this.chart.mark();
  }
}

// Time since the start is no date: Plotly would write 1970.
const seconds = ({ kind }) => kind === "relative";

function fromPlotly(edge, axis) {
  if (seconds(axis)) return 1000 * edge;
  if (axis.type === "log") return 10 ** edge;
  return axis.type === "date" && typeof edge === "string" ? Date.parse(`${edge.replace(" ", "T")}${edge.includes(" ") ? "Z" : ""}`) : Number(edge);
}

function figureOf(data, layout, theme) {
  const curves = data.filter(({ mode }) => mode?.includes("lines"));
  const dots = curves.reduce((sum, { x }) => sum + x.length, 0) <= MOST_DOTS;
  const { xaxis, yaxis } = layout;
  const divided = seconds(xaxis);
  const [x, y] = [xaxis, yaxis].map((axis) => ({ type: axis.type, autorange: false, range: rangeOf(axis) }));
  return {
    data: data.map((trace) => traceOf(trace, yaxis.ticksuffix ?? "", dots, divided)),
    layout: {
      ...looks(theme, { shapes: divided ? layout.shapes.map((shape) => ({ ...shape, x0: shape.x0 / 1000, x1: shape.x1 / 1000 })) : layout.shapes }, {
        xaxis: { ...x, ...(divided ? { type: "linear", range: x.range.map((edge) => edge / 1000) } : {}), title: { text: divided ? `${xaxis.title}, s` : xaxis.title, font: { size: 12 } }, hoverformat: xaxis.kind === "step" ? ",d" : divided ? ",.1f" : xaxis.kind === "epoch" ? ",.2f" : "" },
        yaxis: { ...y, ticksuffix: yaxis.ticksuffix },
      }),
      // What a person has done to the figure stays while points arrive.
      uirevision: `${xaxis.kind} ${xaxis.type} ${yaxis.type}`, showlegend: false, dragmode: "zoom", margin: { l: 68, r: 24, t: 36, b: 52 },
      hovermode: curves.length > MOST_TOGETHER ? "closest" : "x unified", hoverlabel: { bgcolor: theme.ground, bordercolor: theme.strongLine, font: { color: theme.text, family: theme.font }, namelength: -1 },
      modebar: { bgcolor: "rgba(0, 0, 0, 0)", color: theme.quiet, activecolor: theme.text }, newselection: { line: { color: theme.text } },
    },
  };
}

function traceOf(trace, suffix, dots, divided) {
  const x = divided ? Float64Array.from(trace.x, (place) => place / 1000) : trace.x;
  if (SILENT.has(trace.meta) || trace.fill) return { ...trace, x, hoverinfo: "skip" };
  if (trace.mode === "markers") return { ...trace, x, hovertemplate: "%{text}<extra></extra>" };
  const told = trace.told ? { customdata: trace.told, hovertemplate: `%{customdata:.4~g}${suffix}` } : { hovertemplate: `%{y:.5~g}${suffix}` };
  // Plotly selects dots only: they are there, and seen when they are selected.
  const chosen = dots && trace.mode === "lines" ? { mode: "lines+markers", marker: { ...trace.marker, opacity: 0 }, selected: { marker: { opacity: 1 } }, unselected: { marker: { opacity: 0 } } } : {};
  return { ...trace, ...chosen, ...told, x };
}
