// All machines: who is there, and how busy its devices are over the last minutes.
import { Axis } from "./axis.js";
import { Chart } from "./chart.js";
import { Curve } from "./curve.js";
import { single } from "./curves.js";
import { element, setText } from "./dom.js";
import { bytes, whole } from "./format.js";
import { groupOf, groupOrder, metricName } from "./groups.js";
import { Schedule } from "./schedule.js";
import { PALETTE } from "./theme.js";
import { View } from "./view.js";

const WINDOW_SECONDS = 600;

export class MachinesView extends View {
  constructor(parent, data) {
    super(parent, data);
    this.cards = new Map();
    this.schedule = new Schedule();
    this.axis = new Axis(() => this.redraw());
    this.axis.kind = "time";
    this.empty = element("div", { class: "ty-empty", role: "status", text: "Looking for machines…" });
    this.list = element("div", { class: "ty-machines" });
    this.root.append(this.empty, this.list);
    this.connect();
  }

  hello() {
    return { machines: true };
  }

  frame({ header, curves }) {
    if (header.kind === "busy") setText(this.empty, "Redis does not answer. Trying again.");
    if (header.kind !== "machines") return;
    setText(this.empty, "No machine has reported yet. ./trainyard up starts a worker on this one.");
    this.empty.hidden = header.machines.length > 0;
    for (const [name, card] of this.cards) if (!header.machines.some((machine) => machine.name === name)) { card.remove(); this.cards.delete(name); }
    for (const [index, machine] of header.machines.entries()) {
      if (!this.cards.has(machine.name)) this.cards.set(machine.name, new Card(this, machine));
      this.cards.get(machine.name).show(machine, [...curves].filter(([id]) => id.startsWith(`${index}/`)).map(([id, points]) => [id.slice(id.indexOf("/") + 1), points]));
    }
    this.announce(JSON.stringify(header.machines.map(({ name, alive, workers }) => [name, alive, workers.map(({ name, state, run_id }) => [name, state, run_id])])), "");
  }

  redraw() {
    for (const card of this.cards.values()) card.mark();
  }

  remove() {
    super.remove();
    for (const card of this.cards.values()) card.remove();
    this.schedule.stop();
  }
}

class Card {
  constructor(view, { name }) {
    this.curves = new Map();
    this.state = element("span", { class: "ty-state" });
    this.facts = element("span", { class: "ty-place" });
    Object.assign(this, { view, name, charts: [] });
    this.grid = element("div", { class: "ty-grid" });
    this.root = element("section", { class: "ty-machine", "aria-label": name, children: [
      element("div", { class: "ty-headline", children: [element("h3", { text: name }), this.state, this.facts] }),
      this.grid] });
    view.list.append(this.root);
  }

  // Charts of what this machine has: one without a GPU has none of it.
  addChart(spec) {
    const { view } = this;
    const chart = new Chart({
      spec, axis: view.axis, schedule: view.schedule, file: this.name, series: () => this.series(spec.id),
      edges: () => view.axis.edges([...view.cards.values()].flatMap((card) => [...card.curves.values()])) });
    this.charts.push(chart);
    const after = this.charts.filter((other) => groupOrder(other.spec) > groupOrder(spec)).sort((a, b) => groupOrder(a.spec) - groupOrder(b.spec))[0];
    this.grid.insertBefore(chart.root, after?.root ?? null);
  }

  show({ alive, workers, gpus, values, time, memory_total }, curves) {
    for (const [metric, points] of curves) this.curves.set(metric, new Curve(metric, points));
    for (const [metric, value] of Object.entries(values)) this.append(metric, time, Number(value));
    for (const group of [...this.curves.keys()].map(groupOf)) if (group && !this.charts.some(({ spec }) => spec.id === group.id)) this.addChart(group);
    const busy = workers.filter(({ state }) => state === "busy").length;
    const there = workers.filter(({ state }) => state !== "lost").length;
    const state = !alive ? "lost" : busy ? "running" : "idle";
    this.state.dataset.state = alive ? (busy ? "running" : "idle") : "failed";
    setText(this.state, { running: "Training", idle: "Idle", lost: "Lost" }[state]);
    const devices = gpus.length ? gpus.map((gpu) => gpu.name).join(", ") : "no GPU on this machine";
    setText(this.facts, [`${whole(there)} ${there === 1 ? "worker" : "workers"}`, devices, memory_total ? `${bytes(memory_total)} memory` : ""].filter(Boolean).join(" · "));
    this.mark();
  }

  append(metric, time, value) {
    if (!this.curves.has(metric)) this.curves.set(metric, new Curve(metric));
    const curve = this.curves.get(metric);
    curve.append({ steps: [0], seconds: [time], values: [value] });
    curve.forget(time - WINDOW_SECONDS);
  }

  series(id) {
    return [...this.curves].filter(([metric]) => groupOf(metric)?.id === id)
      .map(([metric, curve], i) => ({ name: metric === "hardware/memory" ? "used" : metricName(metric), measured: single(curve), colour: PALETTE[i % PALETTE.length] }));
  }

  mark() {
    for (const chart of this.charts) chart.mark();
  }

  remove() {
    for (const chart of this.charts) chart.remove();
    this.root.remove();
  }
}
