// The names of curves, as jobs/measures.py makes them: `fold 2/train/loss` is the loss of fold 2.
const FOLD = /^fold (\d+)\//;

// Whether a curve belongs to the clock: several points of one step are all kept.
export const byClock = (metric) => metric.startsWith("hardware/") || metric.startsWith("time/");

// The metric and its fold; 0 for a run that is one training.
export function apart(name) {
  const found = FOLD.exec(name);
  return found ? [name.slice(found[0].length), Number(found[1])] : [name, 0];
}
