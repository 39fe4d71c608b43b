// Mean and sample standard deviation of several curves, wherever at least two have a point.
// Points are not always at the same steps: epochs of folds differ by a step, long curves are thinned.
// So each curve is read along straight lines between its own points, never beyond its ends.
const MOST_STEPS = 1500;

export function together(curves) {
  const found = { steps: [], values: [], deviations: [], counts: [], of: curves.length };
  const places = curves.map(() => 0);
  for (const step of grid(curves)) {
    let count = 0, mean = 0, squares = 0;
    for (const [k, curve] of curves.entries()) {
      const value = at(curve, step, places, k);
      if (!Number.isFinite(value)) continue;
      const before = value - mean;
      mean += before / ++count;
      squares += before * (value - mean);
    }
    if (count < 2) continue;
    found.steps.push(step);
    found.counts.push(count);
    found.values.push(mean);
    found.deviations.push(Math.sqrt(squares / (count - 1)));
  }
  return found;
}

// Steps at which any curve has a point, in order, evenly thinned where they are many.
function grid(curves) {
  const steps = [...new Set(curves.flatMap(({ steps }) => Array.from(steps)))].sort((a, b) => a - b);
  const stride = Math.ceil(steps.length / MOST_STEPS);
  return stride <= 1 ? steps : steps.filter((_, i) => i % stride === 0 || i === steps.length - 1);
}

function at({ steps, values }, step, places, k) {
  let i = places[k];
  while (i + 1 < steps.length && steps[i + 1] <= step) i++;
  places[k] = i;
  if (!steps.length || step < steps[i] || (i === steps.length - 1 && step > steps[i])) return NaN;
  if (steps[i] === step) return values[i];
  const share = (step - steps[i]) / (steps[i + 1] - steps[i]);
  return values[i] + share * (values[i + 1] - values[i]);
}
