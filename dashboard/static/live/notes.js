// Sentences under the titles of sections.
import { bytes } from "./format.js";
import { machineOf } from "./measures.js";

const WORDS = { compute: "steps", evaluation: "evaluation", checkpoint: "checkpoints", data: "waiting for data" };
const MUCH = 0.2;

// Where the time of the attempt went; `shares` of 1 by activity, or null.
export function timeNote(shares) {
  if (!shares) return "";
  const percent = (share) => share > 0 && share < 0.01 ? "< 1 %" : `${Math.round(100 * share)} %`;
  const parts = Object.entries(shares).filter(([, share]) => share > 0).sort(([, a], [, b]) => b - a).map(([name, share]) => `${WORDS[name]} ${percent(share)}`);
  const first = shares.data >= MUCH ? `It waits for data ${percent(shares.data)} of the time. ` : "";
  return `${first}Since the attempt began: ${parts.join(", ")}.`;
}

// What there is no chart for.
export function hardwareNote(curves, device) {
  const names = curves.names().filter((name) => name.startsWith("hardware/"));
  if (!names.length) return "";
  const bare = names.map(machineOf);
  const gpus = bare.some(([metric]) => metric.startsWith("hardware/gpu"));
  const where = bare.some(([, machine]) => machine) ? "these machines" : "this machine";
  const without = device?.startsWith("cuda") ? "The driver tells nothing of this GPU." : `No GPU on ${where}.`;
  // Of several machines it is that of the one which has least: they may share it, or each has one.
  const free = names.filter((_, i) => bare[i][0] === "hardware/disk_free").map((name) => curves.get(name)?.newest).filter((curve) => curve?.length);
  const least = Math.min(...free.map(({ values }) => values[values.length - 1]));
  return [gpus ? "" : without, free.length ? `${bytes(least)} free on the disk that holds the runs.` : ""].filter(Boolean).join(" ");
}
