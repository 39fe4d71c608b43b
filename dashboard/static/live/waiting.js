// What stands in the place of the charts while a run has no point yet.
export function waiting({ status, cause }) {
  if (status === "queued") return "Waiting for a worker. The Queue page says what it waits for, and about when it starts.";
  if (status === "held") return cause;
  if (status === "stopping") return "Stopping before the first step.";
  if (status === "paused") return "Paused before the first step. Resume lets it go on.";
  if (status === "pausing") return "Pausing before the first step.";
  return "A worker has taken the run. The first points come in a moment.";
}
