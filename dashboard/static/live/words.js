// What a fact says as a line of the log: its level and a sentence. Null for facts that are no line.
import { sentence } from "./changed.js";
import { spread, whole } from "./format.js";

const ENDS = {
  completed: "Training is complete.", "early-stopped": "Training has stopped early.", stopped: "Stopped, as asked.",
  paused: "Paused, as asked.",
  interrupted: "Interrupted; the run goes on from its checkpoint.", failed: "The run failed.",
};
const OBEYED = { stop: "Stops", pause: "Pauses", resume: "Goes on", checkpoint: "Saved a checkpoint" };
const WORDS = {
  log: ({ level, message }) => [level, message],
  alert: ({ level, message }) => [level, message],
  claimed: ({ attempt, machine, device }) => ["info", `Attempt ${attempt} begins on ${machine} (${device}).`],
  started: (fact) => ["info", beginning(fact)],
  changed: (fact) => [fact.refused ? "warning" : "info", `${sentence(fact).replace(/\.$/, "")}.`],
  obeyed: (fact) => [fact.note ? "warning" : "info", fact.note || `${OBEYED[fact.op]} after step ${whole(fact.step)}, as asked.`],
  checkpoint: ({ step, name }) => ["info", `Checkpoint at step ${whole(step)} (${name}).`],
  cross_validation: (fact) => ["info", tested(fact)],
  finished: ({ reason, message }) => [reason === "failed" ? "error" : "info", message || ENDS[reason]],
  ended: ({ cause }) => ["error", `The attempt ended: ${cause}`],
};

export const said = (fact) => WORDS[fact.kind]?.(fact) ?? null;

function tested({ done, folds, means, deviations }) {
  const name = ["accuracy", "r2", "loss"].find((each) => each in means);
  const so = name ? `: ${name === "r2" ? "R²" : name} ${spread(means[name], deviations[name] ?? 0)}` : "";
  return `${whole(done)} of ${whole(folds)} folds are tested${so}.`;
}

function beginning({ step, device_name, device, parameters, resumed, resume_note, fold, folds }) {
  const part = fold ? `Fold ${fold} of ${folds}` : "Training";
  const where = `on ${device_name || device}, ${whole(parameters)} parameters`;
  if (!resumed) return `${part} starts ${where}.`;
  return `${part} goes on after step ${whole(step)} ${where} (${resumed} resume${resume_note ? `: ${resume_note}` : ""}).`;
}
