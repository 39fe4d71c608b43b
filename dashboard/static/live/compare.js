// Several runs over each other: one chart per metric, one colour per run, one legend for all.
import { Chart } from "./chart.js";
import { Curves } from "./curves.js";
import { element, setText } from "./dom.js";
import { groupOf, groupOrder, metricTitle } from "./groups.js";
import { byClock } from "./measures.js";
import { Scale } from "./scale.js";
import { Stage } from "./stage.js";
import { DASHES, PALETTE } from "./theme.js";
import { View } from "./view.js";

const MANY = 6;
const HERTZ_MANY = 2;

export class CompareView extends View {
  constructor(parent, data) {
    super(parent, data);
    this.runs = new Map(data.runs.map(({ id, name }, i) => [id, {
      name, curves: new Curves(), scale: new Scale(), shown: true, colour: PALETTE[i % PALETTE.length], dash: DASHES[Math.floor(i / PALETTE.length) % DASHES.length] }]));
    this.charts = new Map();
    this.stage = new Stage({ runs: () => [...this.runs].filter(([, { shown }]) => shown).map(([id, { scale }]) => [id, scale]), charts: () => this.charts.values(), edges: () => this.edges(),
      redraw: () => this.redraw(), send: (message) => this.ask(message), pixels: () => this.pixels(), refused: (sentence) => this.notice(sentence) });
    this.schedule = this.stage.schedule;
    this.axis = this.stage.axis;
    this.spotlight = { name: null, changed: () => { this.redraw(); this.schedule.hurry(); } };
    this.grid = element("div", { class: "ty-grid" });
    this.empty = element("div", { class: "ty-empty", role: "status", text: "No points yet. They appear here as soon as one of the runs trains." });
    this.root.append(this.legend(), this.stage.bar, this.stage.strip.root, this.empty, this.grid);
    this.connect();
  }

  legend() {
    this.chips = new Map([...this.runs].map(([id, run]) => [id, element("button", { type: "button", class: "ty-chip", "aria-pressed": "true", title: "Click: hide or show. Double click or Shift: only this one.",
      onclick: (event) => event.shiftKey ? this.isolate(id) : this.showRuns([id], !run.shown), ondblclick: () => this.isolate(id),
      onpointerenter: () => this.light(run.name), onpointerleave: () => this.light(null), onfocus: () => this.light(run.name), onblur: () => this.light(null),
      children: [element("i", { "data-dash": run.dash, style: `color: ${run.colour}` }), element("span", { text: run.name })] })]));
    return element("div", { class: "ty-chips", role: "group", "aria-label": "Runs to show", children: [...this.chips.values()] });
  }

  light(name) {
    if (this.spotlight.name === name) return;
    this.spotlight.name = name;
    this.spotlight.changed();
  }

  showRuns(ids, shown) {
    for (const id of ids) {
      this.runs.get(id).shown = shown;
      this.chips.get(id).setAttribute("aria-pressed", String(shown));
    }
    // What was hidden has no window yet.
    this.stage.windows.look();
    this.redraw();
    this.schedule.hurry();
  }

  // Only this one; once more: all.
  isolate(id) {
    const alone = [...this.runs].every(([other, { shown }]) => shown === (other === id));
    this.showRuns([...this.runs.keys()], alone);
    this.showRuns([id], true);
  }

  get many() {
    return this.runs.size > MANY;
  }

  pixels() {
    const width = this.root.clientWidth || 1200;
    return Math.max(150, Math.round(width / (width > 900 ? 2 : 1) / (this.many ? 2 : 1)));
  }

  hello() {
    return { runs: [...this.runs.keys()], px: this.pixels(), hz: this.many ? HERTZ_MANY : 0, hardware: false, facts: false };
  }

  opened() {
    this.stage.windows.again();
  }

  frame({ header, curves }) {
    if (this.stage.receive({ header, curves })) return;
    const run = this.runs.get(header.run);
    if (!run || !["snapshot", "delta"].includes(header.kind)) return;
    if (header.kind === "snapshot") {
      run.curves = new Curves();
      run.scale.tell(header.info);
    }
    for (const [name, points] of curves) {
      if (byClock(name)) continue;
      this.markChart(run.curves.add(name, points, header.totals?.[name]));
      if (header.kind === "delta") this.stage.windows.append(header.run, name, points);
    }
    run.scale.learn(run.curves.all());
    this.axis.epochs = [...this.runs.values()].every(({ scale, curves: own }) => scale.stepsPerEpoch || !own.names().length);
    this.axis.scale = run.scale;
    this.show();
  }

  show() {
    const none = this.charts.size === 0;
    this.empty.hidden = !none;
    this.stage.show(none);
    if (none) setText(this.empty, this.empty.textContent);
  }

  markChart(metric) {
    if (!this.charts.has(metric)) this.addChart(metric);
    this.charts.get(metric).mark();
  }

  addChart(metric) {
    const group = groupOf(metric);
    const spec = { ...group, id: metric.replaceAll("/", "-"), title: metricTitle(metric), order: groupOrder(group) };
    const chart = new Chart({ spec, axis: this.axis, schedule: this.schedule, file: "comparison", legend: false, series: () => this.series(metric),
      crosshair: this.stage.crosshair, spotlight: this.spotlight, edges: () => this.edges(), sign: (shown) => this.stage.sign(shown) });
    chart.rest = this.many ? 1000 / HERTZ_MANY : 0;
    this.charts.set(metric, chart);
    const next = [...this.charts.values()].filter((other) => other.spec.order > spec.order).sort((a, b) => a.spec.order - b.spec.order)[0];
    this.grid.insertBefore(chart.root, next?.root ?? null);
  }

  // Each run from its own beginning, where that is what x is.
  edges() {
    const each = [...this.runs.values()].filter(({ shown }) => shown).map(({ curves, scale }) => this.axis.edges(curves.all(), scale)).filter(Boolean);
    return each.length ? [Math.min(...each.map(([low]) => low)), Math.max(...each.map(([, high]) => high))] : null;
  }

  series(metric) {
    return [...this.runs].filter(([, { shown, curves }]) => shown && curves.get(metric)).map(([id, { name, curves, colour, dash, scale }]) =>
      ({ name, measured: curves.get(metric), colour, dash, scale, fine: () => this.stage.windows.find(id, metric, scale) }));
  }

  redraw() {
    this.stage.show(this.stage.bar.hidden);
    for (const chart of this.charts.values()) chart.mark();
  }

  remove() {
    super.remove();
    for (const chart of this.charts.values()) chart.remove();
    this.stage.stop();
  }
}
