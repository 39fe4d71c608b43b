// Several runs over each other: one chart per metric, one colour per run, one legend for all.
import { Chart } from "./chart.js";
import { Curves } from "./curves.js";
import { element, setText } from "./dom.js";
import { groupOf, groupOrder, metricTitle } from "./groups.js";
import { byClock } from "./measures.js";
import { carryHidden, linesOf, measuredBy } from "./lines_of.js";
import { Scale } from "./scale.js";
import { Stage } from "./stage.js";
import { View } from "./view.js";

const MANY = 6;
const CROWD = 20;
const HERTZ_MANY = 2;

const calledIn = ({ runs, groups }) => JSON.stringify([runs, groups ?? []]);

export class CompareView extends View {
  constructor(parent, data) {
    super(parent, data);
    this.called = calledIn(data);
    this.runs = new Map(data.runs.map(({ id }) => [id, { curves: new Curves(), scale: new Scale() }]));
    this.awaited = new Set(this.runs.keys());
    this.lines = linesOf(data);
    this.charts = new Map();
    this.stage = new Stage({ runs: () => this.seen().map((id) => [id, this.runs.get(id).scale]), charts: () => this.charts.values(), edges: () => this.edges(),
      redraw: () => this.redraw(), send: (message) => this.ask(message), pixels: () => this.pixels(), refused: (sentence) => this.notice(sentence) });
    this.schedule = this.stage.schedule;
    this.axis = this.stage.axis;
    this.spotlight = { name: null, changed: () => { this.redraw(); this.schedule.hurry(); } };
    this.grid = element("div", { class: "ty-grid" });
    this.empty = element("div", { class: "ty-empty", role: "status" });
    this.legend = this.makeLegend();
    this.root.append(this.legend, this.stage.bar, this.stage.strip.root, this.empty, this.grid);
    this.show();
    this.connect();
  }

  // Ids of the runs that are not hidden.
  seen() {
    return this.lines.filter(({ shown }) => shown).flatMap(({ runs }) => runs);
  }

  makeLegend() {
    this.chips = new Map(this.lines.map((line) => [line, element("button", { type: "button", class: "ty-chip", "aria-pressed": String(line.shown), title: "Click: hide or show. Double click or Shift: only this one.",
      onclick: (event) => event.shiftKey ? this.isolate(line) : this.showLines([line], !line.shown), ondblclick: () => this.isolate(line),
      onpointerenter: () => this.light(line.name), onpointerleave: () => this.light(null), onfocus: () => this.light(line.name), onblur: () => this.light(null),
      children: [element("i", { "data-dash": line.dash, style: `color: ${line.colour}` }), element("span", { text: line.name })] })]));
    return element("div", { class: "ty-chips", role: "group", "aria-label": "Runs to show", children: [...this.chips.values()] });
  }

  // Whether all curves are here.
  complete() {
    return !this.awaited.size;
  }

  // Who made this before the page was there may have known neither names nor groups.
  placed() {
    const known = this.called;
    this.called = calledIn(this.data);
    this.choose();
    if (known === this.called) return;
    this.lines = linesOf(this.data);
    const legend = this.makeLegend();
    this.legend.replaceWith(legend);
    this.legend = legend;
    this.redraw();
    this.schedule.hurry();
  }

  light(name) {
    if (this.spotlight.name === name) return;
    this.spotlight.name = name;
    this.spotlight.changed();
  }

  showLines(lines, shown) {
    for (const line of lines) {
      line.shown = shown;
      this.chips.get(line).setAttribute("aria-pressed", String(shown));
    }
    carryHidden(this.lines);
    // What was hidden has no window yet.
    this.stage.windows.look();
    this.redraw();
    this.schedule.hurry();
  }

  // Only this one; once more: all.
  isolate(chosen) {
    const alone = this.lines.every((line) => line.shown === (line === chosen));
    this.showLines(this.lines, alone);
    this.showLines([chosen], true);
  }

  get many() {
    return this.runs.size > MANY;
  }

  pixels() {
    const width = this.root.clientWidth || 1200;
    // In a crowd lines cover each other; a zoom brings the exact points.
    const share = this.runs.size > CROWD ? 4 : this.many ? 2 : 1;
    return Math.max(150, Math.round(width / (width > 900 ? 2 : 1) / share));
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
    if (!run) return;
    if (header.kind === "unknown") this.arrived(header.run);
    if (!["snapshot", "delta"].includes(header.kind)) return;
    if (header.kind === "snapshot") this.begin(run, header);
    for (const [name, points] of curves) {
      if (byClock(name)) continue;
      this.markChart(run.curves.add(name, points, header.totals?.[name]));
      if (header.kind === "delta") this.stage.windows.append(header.run, name, points);
    }
    run.scale.learn(run.curves.all());
    this.axis.epochs = [...this.runs.values()].every(({ scale, curves: own }) => scale.stepsPerEpoch || !own.names().length);
    this.axis.scale = run.scale;
    this.show();
    this.arrived(header.run);
  }

  // The last of all is drawn at once, however long the charts rest else.
  arrived(run) {
    if (!this.awaited.delete(run) || this.awaited.size) return;
    this.show();
    this.schedule.hurry();
  }

  begin(run, { info }) {
    run.curves = new Curves();
    run.scale.tell(info);
  }

  // What is on its way is not missing.
  show() {
    const none = this.charts.size === 0;
    this.empty.hidden = !none;
    this.stage.show(none);
    setText(this.empty, this.awaited.size ? "The curves are on their way…" : "No points yet. They appear here as soon as one of the runs trains.");
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
    this.choose();
    const next = [...this.charts.values()].filter((other) => other.spec.order > spec.order).sort((a, b) => a.spec.order - b.spec.order)[0];
    this.grid.insertBefore(chart.root, next?.root ?? null);
  }

  // Each run from its own beginning, where that is what x is.
  edges() {
    const each = this.seen().map((id) => this.runs.get(id)).map(({ curves, scale }) => this.axis.edges(curves.all(), scale)).filter(Boolean);
    return each.length ? [Math.min(...each.map(([low]) => low)), Math.max(...each.map(([, high]) => high))] : null;
  }

  series(metric) {
    return this.lines.filter(({ shown }) => shown).flatMap((line) => {
      const measured = measuredBy(line, metric, this.runs);
      const { scale } = this.runs.get(line.runs[0]);
      // The mean of a group is of what all of its runs have, thinned alike.
      const fine = line.group ? undefined : () => this.stage.windows.find(line.key, metric, scale);
      return measured ? [{ name: line.name, measured, colour: line.colour, dash: line.dash, scale, lines: line.group, fine }] : [];
    });
  }

  // Only the charts that were asked for; all where none was.
  choose() {
    const wanted = this.data.metrics ?? [];
    for (const [metric, { root }] of this.charts) root.hidden = wanted.length > 0 && !wanted.includes(metric);
  }

  redraw() {
    carryHidden(this.lines);
    this.choose();
    this.stage.show(this.stage.bar.hidden);
    for (const chart of this.charts.values()) chart.mark();
  }

  remove() {
    super.remove();
    for (const chart of this.charts.values()) chart.remove();
    this.stage.stop();
  }
}
