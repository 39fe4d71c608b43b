// The names of curves, as jobs/measures.py makes them: `fold 2/train/loss` is the loss of fold 2,
// `hardware/on ada/cpu` what the processor of ada does, one of the machines that train the run together.
const FOLD = /^fold (\d+)\//;
const MACHINE = /^hardware\/on ([^/]+)\//;

// Whether a curve belongs to the clock: several points of one step are all kept.
export const byClock = (metric) => metric.startsWith("hardware/") || metric.startsWith("time/");

// The metric and its fold; 0 for a run that is one training.
export function apart(name) {
  const found = FOLD.exec(name);
  return found ? [name.slice(found[0].length), Number(found[1])] : [name, 0];
}

// The metric and its machine; empty where one machine trains the run.
export function machineOf(metric) {
  const found = MACHINE.exec(metric);
  return found ? [`hardware/${metric.slice(found[0].length)}`, found[1]] : [metric, ""];
}
