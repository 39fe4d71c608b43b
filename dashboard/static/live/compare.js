// Several runs over each other: one chart per metric, one colour per run, one legend for all.
import { Axis } from "./axis.js";
import { Chart } from "./chart.js";
import { Curves } from "./curves.js";
import { element, setText } from "./dom.js";
import { groupOf, groupOrder, metricTitle } from "./groups.js";
import { byClock } from "./measures.js";
import { Schedule } from "./schedule.js";
import { DASHES, PALETTE } from "./theme.js";
import { toolbar } from "./toolbar.js";
import { View } from "./view.js";

const MANY = 6;
const REST_MANY_MS = 400;

export class CompareView extends View {
  constructor(parent, data) {
    super(parent, data);
    this.runs = new Map(data.runs.map(({ id, name }, i) => [id, {
      name, curves: new Curves(), shown: true, colour: PALETTE[i % PALETTE.length], dash: DASHES[Math.floor(i / PALETTE.length) % DASHES.length] }]));
    this.charts = new Map();
    this.schedule = new Schedule();
    this.axis = new Axis(() => this.redraw());
    this.grid = element("div", { class: "ty-grid" });
    this.empty = element("div", { class: "ty-empty", role: "status", text: "No points yet. They appear here as soon as one of the runs trains." });
    this.bar = toolbar(this.axis);
    this.root.append(this.legend(), this.bar, this.empty, this.grid);
    this.connect();
  }

  legend() {
    const chips = [...this.runs.values()].map((run) => {
      const chip = element("button", { type: "button", class: "ty-chip", "aria-pressed": "true", onclick: () => {
        run.shown = !run.shown;
        chip.setAttribute("aria-pressed", String(run.shown));
        this.redraw();
      }, children: [element("i", { "data-dash": run.dash, style: `color: ${run.colour}` }), element("span", { text: run.name })] });
      return chip;
    });
    return element("div", { class: "ty-chips", role: "group", "aria-label": "Runs to show", children: chips });
  }

  hello() {
    const width = this.root.clientWidth || 1200;
    const share = this.runs.size > MANY ? 2 : 1;
    return { runs: [...this.runs.keys()], px: Math.max(150, Math.round(width / (width > 900 ? 2 : 1) / share)) };
  }

  frame({ header, curves }) {
    const run = this.runs.get(header.run);
    if (!run || !["snapshot", "delta"].includes(header.kind)) return;
    if (header.kind === "snapshot") run.curves = new Curves();
    for (const [name, points] of curves) {
      if (!byClock(name)) this.markChart(run.curves.add(name, points));
    }
    this.show();
  }

  show() {
    const none = this.charts.size === 0;
    this.empty.hidden = !none;
    this.bar.hidden = none;
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
      edges: () => this.axis.edges([...this.runs.values()].filter(({ shown }) => shown).flatMap((run) => [...run.curves.all()])) });
    chart.rest = this.runs.size > MANY ? REST_MANY_MS : 0;
    this.charts.set(metric, chart);
    const next = [...this.charts.values()].filter((other) => other.spec.order > spec.order).sort((a, b) => a.spec.order - b.spec.order)[0];
    this.grid.insertBefore(chart.root, next?.root ?? null);
  }

  series(metric) {
    return [...this.runs.values()].filter(({ shown, curves }) => shown && curves.get(metric))
      .map(({ name, curves, colour, dash }) => ({ name, measured: curves.get(metric), colour, dash }));
  }

  redraw() {
    this.bar.show?.();
    for (const chart of this.charts.values()) chart.mark();
  }

  remove() {
    super.remove();
    for (const chart of this.charts.values()) chart.remove();
    this.schedule.stop();
  }
}
