// The page of one run: progress, charts on one x axis, log.
import { Alerts, leadTo } from "./alerts.js";
import { Axis } from "./axis.js";
import { Before, unmeasured } from "./before.js";
import { standing } from "./changed.js";
import { Chart } from "./chart.js";
import { Curves, single } from "./curves.js";
import { element, setText } from "./dom.js";
import { throughput, timeShares, timeSplit } from "./derived.js";
import { expected, groupNamed, groupOf, metricName } from "./groups.js";
import { HeatMap } from "./heatmap.js";
import { LogPanel } from "./log.js";
import { marks } from "./marks.js";
import { machineOf } from "./measures.js";
import { hardwareNote, timeNote } from "./notes.js";
import { Progress } from "./progress.js";
import { Sections } from "./sections.js";
import { Stage } from "./stage.js";
import { PALETTE } from "./theme.js";
import { View } from "./view.js";
import { waiting } from "./waiting.js";

const REST_MS = 100;
const ENDED = new Set(["finished", "failed", "stopped"]);
const MOVING = new Set(["starting", "running", "held", "resuming"]);
// Of these the first points come by themselves.
const COMING = new Set(["queued", ...MOVING]);
const PLACES = 6;
const ACTIVITIES = { compute: "steps", data: "waiting for data", evaluation: "evaluation", checkpoint: "checkpoints" };

export class RunView extends View {
  constructor(parent, data) {
    super(parent, data);
    this.curves = new Curves();
    this.facts = [];
    this.charts = new Map();
    this.before = new Before(this.data.run, { ask: (message) => this.ask(message), pixels: () => this.pixels() });
    this.stage = new Stage({ runs: () => this.behind().map((run) => [run, this.axis.scale]), charts: () => this.charts.values(), edges: () => this.wholeEdges(), redraw: () => this.redraw(),
      send: (message) => this.ask(message), pixels: () => this.pixels(), refused: (sentence) => this.notice(sentence) });
    this.schedule = this.stage.schedule;
    this.axis = this.stage.axis;
    // The machine knows no folds: beside steps within a fold its curves stand on the clock.
    this.clock = new Axis(() => this.redraw());
    this.clock.kind = "time";
    this.progress = new Progress();
    this.log = new LogPanel(this.data.run);
    this.alerts = new Alerts((fact) => this.jump(fact));
    this.progress.root.querySelector(".ty-headline").append(this.alerts.badge);
    this.sections = new Sections((spec) => this.makeChart(spec), () => this.redraw());
    this.empty = element("div", { class: "ty-empty", role: "status" });
    // Where the charts will stand: what is below them must not jump when the first points come.
    this.places = element("div", { class: "ty-grid ty-places", "aria-hidden": "true", children: Array.from({ length: PLACES }, () => element("i")) });
    this.legend = element("p", { class: "ty-legend" });
    this.root.append(this.progress.root, this.stage.bar, this.stage.strip.root, this.legend, this.empty, this.places, this.sections.root, this.alerts.root, this.log.root);
    this.connect();
  }

  hello() {
    return { runs: [this.data.run], px: this.pixels() };
  }

  opened() {
    this.stage.windows.again();
    this.before.again();
  }

  pixels() {
    const width = this.root.clientWidth || 1200;
    const columns = width > 900 ? 2 : 1;
    return Math.round((width / columns) * Math.min(2, devicePixelRatio));
  }

  frame({ header, curves }) {
    if (this.before.receive({ header, curves })) return this.redraw();
    if (this.stage.receive({ header, curves })) return;
    const act = { snapshot: () => this.begin(header, curves), delta: () => this.go(header, curves), info: () => this.tell(header.info),
      unknown: () => this.say("This run is not there any more."), busy: () => this.say("The history is busy; trying again.") }[header.kind];
    act?.();
  }

  begin({ info, facts, progress, totals }, curves) {
    this.curves = new Curves(curves, totals);
    this.facts = facts;
    this.log.replace(facts);
    this.alerts.update(facts);
    this.started = standing(facts.findLast(({ kind }) => kind === "started"), facts);
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
    this.alerts.update(this.facts);
    const started = facts.findLast(({ kind }) => kind === "started");
    if (started) {
      this.started = started;
      this.redraw();
    }
    this.started = standing(this.started, facts);
    if (facts.length) this.charts.get("loss")?.mark();
    this.progress.move(progress);
    this.show();
  }

  tell(info) {
    const before = this.info?.status;
    this.info = info;
    this.announce(info.signature, info.status);
    this.before.want(info.forked);
    this.show();
    // The fold that trains stands out, until none does.
    if (this.curves.folded && before !== info.status) this.redraw();
  }

  // Whether the curves are painted.
  complete() {
    return Boolean(this.charts.get("loss")?.shown);
  }

  // What the page does not know yet, if this was made before it.
  placed() {
    if (!this.info) return;
    this.signature = undefined;
    this.announce(this.info.signature, this.info.status);
  }

  show() {
    if (!this.info) return;
    const loss = this.curves.get("train/loss")?.newest;
    this.progress.show(this.info, this.started, loss, this.curves.get("validation/loss")?.newest);
    const none = !loss?.length;
    const { scale } = this.axis;
    scale.begin(this.started);
    scale.learn(this.curves.all());
    this.axis.epochs = Boolean(scale.stepsPerEpoch);
    const nothing = none && !this.curves.names().length;
    this.sections.root.hidden = nothing;
    this.sections.note("time", timeNote(timeShares((metric) => this.curves.get(metric))));
    this.sections.note("hardware", hardwareNote(this.curves, this.info.device));
    this.stage.show(nothing);
    this.explain();
    this.empty.hidden = !none || ENDED.has(this.info.status);
    this.places.hidden = !nothing || !COMING.has(this.info.status);
    if (!this.empty.hidden) this.say(waiting(this.info));
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
    if (metric === "train/loss") this.markGroup(groupNamed("throughput"));
    this.markGroup(groupOf(metric));
  }

  markGroup(group) {
    const chart = group && this.sections.chart(group);
    if (!chart) return;
    // The machine may have spoken before the first fold did.
    chart.axis = this.axisOf(group);
    chart.mark();
  }

  makeChart(spec) {
    const chart = new (spec.id === "layers" ? HeatMap : Chart)({
      spec, axis: this.axisOf(spec), schedule: this.schedule, crosshair: this.stage.crosshair, file: this.data.run, sign: (shown) => shown.length ? this.stage.sign(shown) : this.hint(spec),
      series: () => this.series(spec), edges: () => this.edges(spec), order: () => this.started?.layers ?? [], facts: () => this.facts,
      marks: spec.id === "loss" ? (theme) => marks(this.facts, this.curves.get("train/loss")?.newest, this.axis, theme, this.judged()) : undefined,
    });
    // The loss is what people watch: the others must not make it wait.
    chart.rest = spec.id === "loss" ? 0 : REST_MS;
    this.charts.set(spec.id, chart);
    return chart;
  }

  judged() {
    const { best_by: name, rising } = this.info ?? {};
    return name && { curve: this.curves.get(`validation/${name}`)?.newest, name: metricName(`validation/${name}`), rising };
  }

  // Why a chart is empty.
  hint({ id, section }) {
    const moving = MOVING.has(this.info?.status);
    if (section === "loss" && id !== "loss") return moving ? "comes with the first evaluation" : "";
    if (section === "time" && moving) return "comes after some seconds of training";
    return id === "throughput" && ENDED.has(this.info?.status) ? "the run was too short to measure it" : "";
  }

  jump(fact) {
    leadTo(fact, this.axis, this.wholeEdges());
    this.charts.get("loss")?.root.scrollIntoView({ block: "center" });
  }

  axisOf(spec) {
    return spec.machine && this.curves.folded && !this.axis.clock ? this.clock : this.axis;
  }

  wholeEdges() {
    return this.edges({ machine: false });
  }

  // Whose exact points a zoom asks for: on the clock what was before a fork is far away.
  behind() {
    return this.before.held && !this.axis.clock ? [this.data.run, this.before.id] : [this.data.run];
  }

  edges(spec) {
    const axis = this.axisOf(spec);
    if (this.before.held && !axis.clock) return axis.edges([...this.curves.all(), ...this.before.curves.all()]);
    if (!this.curves.folded || this.axis.clock) return axis.edges(this.curves.all());
    // What no chart shows stretches none: its steps go through all folds.
    const beside = (group) => group && Boolean(group.machine) === Boolean(spec.machine);
    return axis.edges(this.curves.all((metric) => beside(groupOf(metric))));
  }

  series(spec) {
    if (spec.id === "throughput") return this.speeds();
    if (spec.id === "split") return timeSplit((metric) => this.curves.get(metric)).map(([name, curve], i) => ({ name: ACTIVITIES[name], measured: single(curve), colour: PALETTE[i] }));
    const earlier = this.axis.clock ? [] : this.before.names;
    const metrics = [...new Set([...this.curves.names(), ...earlier])].filter((metric) => groupOf(metric)?.id === spec.id);
    const place = (metric) => spec.metrics?.indexOf(machineOf(metric)[0]) ?? 0;
    metrics.sort((a, b) => place(a) - place(b));
    const current = this.info && !ENDED.has(this.info.status) ? this.progress.fold : 0;
    return metrics.map((metric, i) => ({ name: metricName(metric), measured: this.curves.get(metric) ?? unmeasured(metric), colour: PALETTE[i % PALETTE.length],
      before: earlier.includes(metric) ? this.before.get(metric, this.stage.windows) : undefined,
      fine: () => this.axisOf(spec) === this.axis ? this.stage.windows.find(this.data.run, metric) : null, lines: spec.id !== "layers", band: spec.id !== "layers", current }));
  }

  speeds() {
    const starts = this.facts.filter(({ kind, resumed }) => kind === "started" && resumed).map(({ time }) => time);
    const curve = throughput(this.curves.get("train/loss")?.folds ?? new Map(), starts);
    const samples = this.started ? Math.round(this.started.samples.train / this.started.steps_per_epoch) : 0;
    return curve.length ? [{ name: samples > 1 ? `steps/s, of about ${samples} samples` : "steps/s", measured: single(curve), colour: PALETTE[0] }] : [];
  }

  redraw() {
    if (this.started) for (const group of expected(this.started, this.info?.explores)) this.markGroup(group);
    this.sections.show();
    this.stage.show(this.stage.bar.hidden);
    this.explain();
    for (const metric of this.curves.names()) this.markChart(metric);
  }

  remove() {
    super.remove();
    this.progress.remove();
    this.log.remove();
    for (const chart of this.charts.values()) chart.remove();
    this.stage.stop();
  }
}
