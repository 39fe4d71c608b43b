// Curves that follow from others: how fast a run is, and what its time goes into.
const STRETCHES = 150;
const FEWEST_SECONDS = 2;
const ACTIVITIES = ["compute", "data", "evaluation", "checkpoint"];

// Steps a second, stretch by stretch, with everything that lies between steps: evaluations and
// checkpoints too, but not the time between attempts or folds. `curves`: the loss by fold, 0 where there
// are none; `starts`: when each attempt began, in seconds.
export function throughput(curves, starts = []) {
  const found = empty();
  for (const [, curve] of [...curves].sort(([a], [b]) => a - b)) if (curve.length > 1) measure(curve, starts, found);
  return found;
}

function measure(curve, starts, found) {
  const { steps, seconds, length } = curve;
  const least = Math.max(FEWEST_SECONDS, (seconds[length - 1] - seconds[0]) / STRETCHES);
  let from = 0;
  for (let i = 1; i < length; i++) {
    const began = starts.some((start) => seconds[i - 1] < start && start <= seconds[i]);
    if (began) from = i;
    const time = seconds[i] - seconds[from];
    if (began || time < least) continue;
    push(found, steps[i], seconds[i], (steps[i] - steps[from]) / time);
    from = i;
  }
}

// Percent of the time that each activity took, stretch by stretch, from sums that only grow (and
// begin anew with an attempt). All have the same points.
export function timeSplit(find) {
  const curves = ACTIVITIES.map((name) => [name, find(`time/${name}`)?.newest]).filter(([, curve]) => curve?.length);
  const clock = curves.find(([name]) => name === "compute")?.[1];
  if (!clock) return [];
  const shares = curves.map(([name]) => [name, empty()]);
  const places = curves.map(() => 0);
  const least = (clock.seconds[clock.length - 1] - clock.seconds[0]) / STRETCHES;
  let [before, from] = [curves.map(() => 0), -Infinity];
  for (let i = 0; i < clock.length; i++) {
    const second = clock.seconds[i];
    // Each curve is thinned to its own extremes; between them it is the value before.
    const now = curves.map(([, curve], j) => { while (places[j] + 1 < curve.length && curve.seconds[places[j] + 1] <= second) places[j]++; return curve.values[places[j]]; });
    const again = now.some((value, j) => value < before[j]);
    if (again) before = curves.map(() => 0);
    const spent = now.map((value, j) => Math.max(0, value - before[j]));
    const all = spent.reduce((sum, value) => sum + value, 0);
    if (!(all > 0) || (second - from < least && i < clock.length - 1 && !again)) continue;
    for (const [j, [, share]] of shares.entries()) push(share, clock.steps[i], second, 100 * spent[j] / all);
    [before, from] = [now, second];
  }
  return shares;
}

// Shares of the whole attempt, of 1, by activity; null before anything is known.
export function timeShares(find) {
  const spent = ACTIVITIES.map((name) => [name, find(`time/${name}`)?.newest]).filter(([, curve]) => curve?.length).map(([name, { values, length }]) => [name, values[length - 1]]);
  const all = spent.reduce((sum, [, seconds]) => sum + seconds, 0);
  return all > 0 ? Object.fromEntries(spent.map(([name, seconds]) => [name, seconds / all])) : null;
}

function empty() {
  return { steps: [], seconds: [], values: [], length: 0, total: 0, whole: true, perStep: false, byTime: true };
}

function push(curve, step, second, value) {
  curve.steps.push(step);
  curve.seconds.push(second);
  curve.values.push(value);
  curve.total = ++curve.length;
}
