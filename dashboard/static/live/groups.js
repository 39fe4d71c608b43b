// Which metrics share a chart, and which charts a section. What no group names gets a chart of its own,
// in the section of its prefix: `attention/entropy` is Entropy under Attention.
import { machineOf } from "./measures.js";

const GROUPS = [
  { id: "loss", section: "loss", title: "Loss", metrics: ["train/loss", "validation/loss"], unit: "number", smooths: true, logarithmic: true },
  { id: "score", section: "loss", title: "Validation scores", metrics: ["validation/accuracy", "validation/top_5_accuracy", "validation/f1", "validation/roc_auc", "validation/r2", "validation/exact_match", "validation/bleu"], unit: "number", dots: true },
  { id: "error", section: "loss", title: "Validation error", metrics: ["validation/rmse", "validation/mae", "validation/token_error_rate"], unit: "number", dots: true, logarithmic: true },
  { id: "perplexity", section: "loss", title: "Validation perplexity", metrics: ["validation/perplexity"], unit: "number", dots: true, logarithmic: true },
  { id: "rate", section: "steps", title: "Learning rate", metrics: ["train/learning_rate"], unit: "number", logarithmic: true },
  { id: "gradient", section: "steps", title: "Gradient norm", metrics: ["train/gradient_norm"], unit: "number", smooths: true, logarithmic: true },
  { id: "layers", section: "steps", title: "Gradient norm by layer", pattern: /^gradients\//, unit: "number", logarithmic: true },
  { id: "throughput", section: "time", title: "Throughput", machine: true, metrics: [], unit: "rate" },
  { id: "split", section: "time", title: "Where the time goes", machine: true, pattern: /^time\//, unit: "percent", stacked: true },
  { id: "use", section: "hardware", machine: true, title: "Utilization", pattern: /^hardware\/(cpu|gpu\d+\/utilization)$/, unit: "percent" },
  { id: "memory", section: "hardware", machine: true, title: "Memory", pattern: /^hardware\/(memory|process_memory)$/, unit: "bytes" },
  { id: "gpu-memory", section: "hardware", machine: true, title: "GPU memory", pattern: /^hardware\/gpu\d+\/(process_)?memory$/, unit: "bytes" },
  { id: "power", section: "hardware", machine: true, title: "GPU power, W", pattern: /^hardware\/gpu\d+\/power$/, unit: "rate" },
  { id: "temperature", section: "hardware", machine: true, title: "GPU temperature, °C", pattern: /^hardware\/gpu\d+\/temperature$/, unit: "number" },
  { id: "disk", section: "hardware", machine: true, title: "Disk", metrics: ["hardware/disk_read", "hardware/disk_written", "hardware/process_disk_read", "hardware/process_disk_written"], unit: "flow" },
  { id: "network", section: "hardware", machine: true, title: "Network", metrics: ["hardware/network_received", "hardware/network_sent"], unit: "flow" },
];
const SECTIONS = [["loss", "Loss and scores"], ["train", "Training"], ["validation", "Validation"], ["steps", "Learning rate and gradients"], ["*", ""], ["time", "Time"], ["hardware", "Hardware"]];
// The mean squared error of a regression is its loss, which has a chart.
const UNUSED = /^validation\/mse$|^hardware\/(process_cpu|disk_free)$/;

const NAMES = {
  "train/loss": "train", "validation/loss": "validation", "train/learning_rate": "learning rate", "train/gradient_norm": "gradient norm",
  "validation/f1": "F1", "validation/roc_auc": "ROC AUC", "validation/r2": "R²", "validation/mse": "MSE", "validation/mae": "MAE", "validation/rmse": "RMSE",
  "validation/bleu": "BLEU", "validation/top_5_accuracy": "top 5 accuracy",
  "hardware/cpu": "CPU", "hardware/memory": "machine", "hardware/process_memory": "this run",
  "hardware/disk_read": "read", "hardware/disk_written": "written", "hardware/process_disk_read": "read by this run", "hardware/process_disk_written": "written by this run",
  "hardware/network_received": "received", "hardware/network_sent": "sent",
};
const KNOWN = new Set(["train", "validation", "hardware", "gradients", "time"]);

export function metricName(name) {
  const [metric, machine] = machineOf(name);
  if (!machine) return bareName(metric);
  return metric === "hardware/memory" ? machine : `${bareName(metric)} on ${machine}`;
}

function bareName(metric) {
  const gpu = /^hardware\/gpu(\d+)\/(process_)?/.exec(metric);
  if (gpu) return `GPU ${gpu[1]}${gpu[2] ? ", this run" : ""}`;
  if (metric.startsWith("gradients/")) return metric.slice("gradients/".length);
  return NAMES[metric] ?? metric.split("/").pop().replaceAll("_", " ");
}

// The full name, for a chart that shows one metric of several runs.
export function metricTitle(metric) {
  const [part] = metric.split("/");
  const name = { loss: "loss", accuracy: "accuracy" }[metric.split("/")[1]] ?? metricName(metric);
  const whole = part === "validation" ? `Validation ${name}` : part === "train" && metric.endsWith("loss") ? "Training loss" : KNOWN.has(part) ? name : ownName(metric);
  return capital(whole);
}

// A metric of a person's own, without the prefix that is its section's name.
const ownName = (metric) => (metric.includes("/") ? metric.split("/").slice(1).join(" / ") : metric).replaceAll("_", " ");
const capital = (text) => text ? text[0].toUpperCase() + text.slice(1) : text;

export function groupOf(name) {
  const [metric] = machineOf(name);
  if (UNUSED.test(metric)) return null;
  return GROUPS.find(({ metrics, pattern }) => metrics?.includes(metric) || pattern?.test(metric))
    ?? { id: metric.replaceAll("/", "-"), section: metric.includes("/") ? metric.split("/")[0] : "", title: metricTitle(metric), metrics: [metric], unit: "number", smooths: true, logarithmic: true };
}

// Charts that will come for sure: their places are kept from the start, so that nothing jumps.
const EVALUATED = {
  classification: ["score"], node_classification: ["score"], regression: ["score", "error"], seq2seq: ["score", "error"],
  language_modelling: ["perplexity"], rating: ["error"],
};
export function expected({ task, samples }, explores) {
  const evaluated = samples.validation && !explores ? EVALUATED[task] ?? [] : [];
  return ["loss", ...evaluated, "rate", "gradient", "throughput", "split"].map(groupNamed);
}

export const groupNamed = (id) => GROUPS.find((group) => group.id === id);
export const groupOrder = ({ id }) => { const place = GROUPS.findIndex((group) => group.id === id); return place < 0 ? GROUPS.length : place; };

export const sectionTitle = (id) => SECTIONS.find(([known]) => known === id)?.[1] ?? (capital(id.replaceAll("_", " ")) || "Other metrics");
export function sectionOrder(id) {
  const place = SECTIONS.findIndex(([known]) => known === id);
  return place < 0 ? SECTIONS.findIndex(([known]) => known === "*") : place;
}
