// Settings that changed while the run trained: what is said of them, each once.
import { significant, whole } from "./format.js";

const BY = { plan: "as planned", guard: "by the guard" };
const shown = (value) => value === null || value === undefined ? "none" : typeof value === "number" ? significant(value) : String(value);
const named = (path) => path.split(".").pop().replaceAll("_", " ");

// `learning rate 0.001 → 0.0001 after step 500, by Ada`.
export function sentence({ setting, before, after, by, who, step, fold, fold_begin, refused }) {
  const what = `${named(setting)} ${shown(before)} → ${shown(after)}`;
  const at = `step ${whole(step - (fold_begin ?? 0))}${fold ? ` of fold ${fold}` : ""}`;
  const text = refused ? `${what} was refused at ${at}: ${refused}` : `${what} after ${at}, ${BY[by] ?? (who ? `by ${who}` : "by hand")}`;
  return text[0].toUpperCase() + text.slice(1);
}

// An attempt that goes on from before a change makes it, and tells of it, again.
export function once(facts) {
  const seen = new Map();
  for (const fact of facts) {
    const place = fact.kind === "changed" && [fact.id, fact.setting, fact.step, fact.by].join(" ");
    if (place && !seen.has(place)) seen.set(place, fact);
  }
  return [...seen.values()];
}

// What `started` said of the length of the run, as it stands after these facts.
export function standing(started, facts) {
  const last = facts.findLast(({ kind, refused, total_steps }) => kind === "changed" && !refused && total_steps);
  return started && last && last.fold === started.fold ? { ...started, total_steps: last.total_steps, epochs: last.epochs } : started;
}
