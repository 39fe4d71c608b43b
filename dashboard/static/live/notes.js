// Sentences under the titles of sections.
import { bytes } from "./format.js";

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
  const free = curves.get("hardware/disk_free")?.newest;
  const gpus = names.some((name) => name.startsWith("hardware/gpu"));
  const without = device?.startsWith("cuda") ? "The driver tells nothing of this GPU." : "No GPU on this machine.";
  return [gpus ? "" : without, free?.length ? `${bytes(free.values[free.length - 1])} free on the disk that holds the runs.` : ""].filter(Boolean).join(" ");
}
