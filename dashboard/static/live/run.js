// The page of one run: progress, charts on one x axis, log.
import { Axis } from "./axis.js";
import { Chart } from "./chart.js";
import { Curves } from "./curves.js";
import { element, setText } from "./dom.js";
import { groupOf, groupOrder, metricName } from "./groups.js";
import { LogPanel } from "./log.js";
import { marks } from "./marks.js";
import { Progress } from "./progress.js";
import { Stage } from "./stage.js";
import { PALETTE } from "./theme.js";
import { View } from "./view.js";

const REST_MS = 100;
const ENDED = new Set(["finished", "failed", "stopped"]);

export class RunView extends View {
  constructor(parent, data) {
    super(parent, data);
    this.curves = new Curves();
    this.facts = [];
    this.charts = new Map();
    this.stage = new Stage({ runs: () => [[this.data.run, this.axis.scale]], charts: () => this.charts.values(), edges: () => this.wholeEdges(), redraw: () => this.redraw(),
      send: (message) => this.ask(message), pixels: () => this.pixels(), refused: (sentence) => this.notice(sentence) });
    this.schedule = this.stage.schedule;
    this.axis = this.stage.axis;
    // The machine knows no folds: beside steps within a fold its curves stand on the clock.
    this.clock = new Axis(() => this.redraw());
    this.clock.kind = "time";
    this.progress = new Progress();
    this.log = new LogPanel();
    this.grid = element("div", { class: "ty-grid" });
    this.empty = element("div", { class: "ty-empty", role: "status" });
    this.legend = element("p", { class: "ty-legend" });
    this.root.append(this.progress.root, this.stage.bar, this.stage.strip.root, this.legend, this.empty, this.grid, this.log.root);
    this.connect();
  }

  hello() {
    return { runs: [this.data.run], px: this.pixels() };
  }

  opened() {
    this.stage.windows.again();
  }

  pixels() {
    const width = this.root.clientWidth || 1200;
    const columns = width > 900 ? 2 : 1;
    return Math.round((width / columns) * Math.min(2, devicePixelRatio));
  }

  frame({ header, curves }) {
    if (this.stage.receive({ header, curves })) return;
    const act = { snapshot: () => this.begin(header, curves), delta: () => this.go(header, curves), info: () => this.tell(header.info),
      unknown: () => this.say("This run is not there any more."), busy: () => this.say("The history is busy; trying again.") }[header.kind];
    act?.();
  }

  begin({ info, facts, progress, totals }, curves) {
    this.curves = new Curves(curves, totals);
    this.facts = facts;
    this.log.replace(facts);
    this.started = facts.findLast(({ kind }) => kind === "started");
    this.progress.move(progress);
    this.tell(info);
    this.redraw();
  }

  go({ facts, progress }, curves) {
    for (const [name, points] of curves) {
      this.markChart(this.curves.add(name, points));
      this.stage.windows.append(this.data.run, name, points);
    }
    this.facts.push(...facts);
    this.log.append(facts);
    this.started = facts.findLast(({ kind }) => kind === "started") ?? this.started;
    if (facts.length) this.charts.get("loss")?.mark();
    this.progress.move(progress);
    this.show();
  }

  tell(info) {
    const before = this.info?.status;
    this.info = info;
    this.announce(info.signature, info.status);
    this.show();
    // The fold that trains stands out, until none does.
    if (this.curves.folded && before !== info.status) this.redraw();
  }

  show() {
    if (!this.info) return;
    const loss = this.curves.get("train/loss")?.newest;
    this.progress.show(this.info, this.started, loss);
    const none = !loss?.length;
    const { scale } = this.axis;
    scale.begin(this.started);
    scale.learn(this.curves.all());
    this.axis.epochs = Boolean(scale.stepsPerEpoch);
    const nothing = none && !this.curves.names().length;
    this.grid.hidden = nothing;
    this.stage.show(nothing);
    this.explain();
    this.empty.hidden = !none || ENDED.has(this.info.status);
    if (!this.empty.hidden) this.say(waiting(this.info.status));
  }

  // What the lines are, where there are folds.
  explain() {
    const folds = this.curves.get("train/loss")?.folds.size ?? 0;
    this.legend.hidden = !this.curves.folded;
    if (!this.curves.folded) return;
    const { clock } = this.axis;
    const whole = "Strong lines are the mean of the folds, bands one sample standard deviation, thin lines single folds.";
    setText(this.legend, clock ? "The folds follow each other in time." : folds < 2 ? "The mean of the folds comes with the second one." : whole);
  }

  say(text) {
    this.empty.hidden = false;
    setText(this.empty, text);
  }

  markChart(metric) {
    const group = groupOf(metric);
    if (!group) return;
    if (!this.charts.has(group.id)) this.addChart(group);
    const chart = this.charts.get(group.id);
    // The machine may have spoken before the first fold did.
    chart.axis = this.axisOf(group);
    chart.mark();
  }

  addChart(spec) {
    const chart = new Chart({
      spec, axis: this.axisOf(spec), schedule: this.schedule, crosshair: this.stage.crosshair, file: this.data.run, sign: (shown) => this.stage.sign(shown),
      series: () => this.series(spec), edges: () => this.edges(spec),
      marks: spec.id === "loss" ? (theme) => marks(this.facts, this.curves.get("train/loss")?.newest, this.axis, theme) : undefined,
    });
    // The loss is what people watch: the others must not make it wait.
    chart.rest = spec.id === "loss" ? 0 : REST_MS;
    this.charts.set(spec.id, chart);
    const after = [...this.charts.values()].filter((other) => other !== chart && groupOrder(other.spec) > groupOrder(spec));
    const next = after.sort((a, b) => groupOrder(a.spec) - groupOrder(b.spec))[0];
    this.grid.insertBefore(chart.root, next?.root ?? null);
  }

  axisOf(spec) {
    return spec.machine && this.curves.folded && !this.axis.clock ? this.clock : this.axis;
  }

  wholeEdges() {
    return this.edges({ machine: false });
  }

  edges(spec) {
    const axis = this.axisOf(spec);
    if (!this.curves.folded || this.axis.clock) return axis.edges(this.curves.all());
    return axis.edges(this.curves.all((metric) => Boolean(groupOf(metric)?.machine) === Boolean(spec.machine)));
  }

  series(spec) {
    const metrics = this.curves.names().filter((metric) => groupOf(metric)?.id === spec.id);
    metrics.sort((a, b) => (spec.metrics?.indexOf(a) ?? 0) - (spec.metrics?.indexOf(b) ?? 0));
    const current = this.info && !ENDED.has(this.info.status) ? this.progress.fold : 0;
    return metrics.map((metric, i) => ({ name: metricName(metric), measured: this.curves.get(metric), colour: PALETTE[i % PALETTE.length],
      fine: () => this.axisOf(spec) === this.axis ? this.stage.windows.find(this.data.run, metric) : null, lines: spec.id !== "layers", band: spec.id !== "layers", current }));
  }

  redraw() {
    this.stage.show(this.stage.bar.hidden);
    this.explain();
    for (const metric of this.curves.names()) this.markChart(metric);
  }

  remove() {
    super.remove();
    this.progress.remove();
    for (const chart of this.charts.values()) chart.remove();
    this.stage.stop();
  }
}

function waiting(status) {
  if (status === "queued") return "Waiting for a worker. If this lasts, look at Machines: at least one worker must be there and idle.";
  if (status === "stopping") return "Stopping before the first step.";
  return "A worker has taken the run. The first points come in a moment.";
}
