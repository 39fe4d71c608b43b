// How fast a run really is: steps per second of wall time, with its evaluations and checkpoints.
const SECONDS = 60;
const ROUNDS = 2;
const FEWEST_STEPS = 5;

// Over the last minute, or the last two rounds from one evaluation to the next where these are longer:
// an estimate that leaves out what comes every ten minutes is wrong by just that. Null while nobody can
// know. `loss`, `evaluated`: curves; `began`: when the attempt did; `now`: in seconds.
export function pace(loss, evaluated, began, now) {
  if (!loss || loss.length < 2) return null;
  const rounds = evaluated?.length > ROUNDS ? evaluated.seconds[evaluated.length - 1 - ROUNDS] : evaluated?.length ? began : Infinity;
  const from = Math.max(began, Math.min(now - SECONDS, rounds));
  const { steps, seconds, length } = loss;
  let first = length - 1;
  while (first > 0 && seconds[first - 1] >= from) first--;
  const taken = steps[length - 1] - steps[first];
  // Up to this moment: a run that stands still becomes slower by the second.
  const time = Math.max(now, seconds[length - 1]) - seconds[first];
  return taken >= FEWEST_STEPS && time > 0 ? taken / time : null;
}

// The time left, no more exact than anybody can say.
export function rounded(seconds) {
  const unit = seconds < 60 ? 1 : seconds < 600 ? 10 : 60;
  return Math.round(seconds / unit) * unit;
}
