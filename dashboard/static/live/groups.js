// Which metrics share a chart, in the order of the page. What no group names gets a chart of its own.
const GROUPS = [
  { id: "loss", title: "Loss", metrics: ["train/loss", "validation/loss"], unit: "number", smooths: true, logarithmic: true },
  { id: "score", title: "Validation scores", metrics: ["validation/accuracy", "validation/top_5_accuracy", "validation/f1", "validation/roc_auc", "validation/r2", "validation/exact_match", "validation/bleu"], unit: "number", dots: true },
  { id: "error", title: "Validation error", metrics: ["validation/rmse", "validation/mae", "validation/token_error_rate"], unit: "number", dots: true, logarithmic: true },
  { id: "rate", title: "Learning rate", metrics: ["train/learning_rate"], unit: "number", logarithmic: true },
  { id: "gradient", title: "Gradient norm", metrics: ["train/gradient_norm"], unit: "number", smooths: true, logarithmic: true },
  { id: "layers", title: "Gradient norm by layer", pattern: /^gradients\//, unit: "number", logarithmic: true },
  { id: "use", machine: true, title: "Utilization", pattern: /^hardware\/(cpu|gpu\d+\/utilization)$/, unit: "percent" },
  { id: "memory", machine: true, title: "Memory", pattern: /^hardware\/(memory|process_memory|gpu\d+\/memory)$/, unit: "bytes" },
  { id: "temperature", machine: true, title: "GPU temperature, °C", pattern: /^hardware\/gpu\d+\/temperature$/, unit: "number" },
  { id: "power", machine: true, title: "GPU power, W", pattern: /^hardware\/gpu\d+\/power$/, unit: "number" },
];
// The mean squared error of a regression is its loss, which has a chart.
const UNUSED = /^validation\/mse$|^hardware\/(process_cpu|gpu\d+\/process_memory)$/;

const NAMES = {
  "train/loss": "train", "validation/loss": "validation", "train/learning_rate": "learning rate", "train/gradient_norm": "gradient norm",
  "validation/f1": "F1", "validation/roc_auc": "ROC AUC", "validation/r2": "R²", "validation/mse": "MSE", "validation/mae": "MAE", "validation/rmse": "RMSE",
  "validation/bleu": "BLEU", "validation/top_5_accuracy": "top 5 accuracy",
  "hardware/cpu": "CPU", "hardware/memory": "machine", "hardware/process_memory": "this run",
};

export function metricName(metric) {
  const gpu = /^hardware\/gpu(\d+)\//.exec(metric);
  if (gpu) return `GPU ${gpu[1]}`;
  if (metric.startsWith("gradients/")) return metric.slice("gradients/".length);
  return NAMES[metric] ?? metric.split("/").pop().replaceAll("_", " ");
}

// The full name, for a chart that shows one metric of several runs.
export function metricTitle(metric) {
  const [part] = metric.split("/");
  const name = { loss: "loss", accuracy: "accuracy" }[metric.split("/")[1]] ?? metricName(metric);
  const whole = part === "validation" ? `Validation ${name}` : part === "train" && metric.endsWith("loss") ? "Training loss" : name;
  return whole[0].toUpperCase() + whole.slice(1);
}

export function groupOf(metric) {
  if (UNUSED.test(metric)) return null;
  return GROUPS.find(({ metrics, pattern }) => metrics?.includes(metric) || pattern?.test(metric))
    ?? { id: metric.replaceAll("/", "-"), title: metricTitle(metric), metrics: [metric], unit: "number", smooths: true, logarithmic: true };
}

export const groupOrder = ({ id }) => { const place = GROUPS.findIndex((group) => group.id === id); return place < 0 ? GROUPS.length : place; };
