// The y range that fits what is visible after zooming in x.
import { search } from "./extremes.js";
import { UNITS } from "./units.js";

const ROOM = 0.06;
// Of the largest value: an axis of less would need numbers of six digits and show noise as a cliff.
const LEAST_SHARE = 5e-4;

export function visibleRange(spec, [from, to], traces, log) {
  const [low, high] = bounds(traces, from, to, log);
  const { ceiling, floor } = UNITS[spec.unit];
  if (ceiling) return [0, Math.max(ceiling, high) * 1.02];
  if (!(low <= high)) return log ? [0.1, 1] : [0, 1];
  if (log) {
    const room = 10 ** (ROOM * Math.max(Math.log10(high / low), 0.3));
    return [low / room, high * room];
  }
  if (floor) return [0, (high || 1) * (1 + ROOM)];
  // A constant learning rate of 0.001 as a line at 0 between -1 and 1 says nothing.
  if (low === high) return low > 0 ? [0, 2 * low] : low < 0 ? [2 * low, 0] : [-1, 1];
  const room = Math.max((high - low) * ROOM, (LEAST_SHARE * Math.max(Math.abs(low), Math.abs(high)) - (high - low)) / 2);
  // What is never negative is not shown beside negative ticks.
  return [low >= 0 && low < room ? 0 : low - room, high + room];
}

function bounds(traces, from, to, log) {
  let [low, high] = [Infinity, -Infinity];
  const see = (value) => {
    if (!Number.isFinite(value) || (log && value <= 0)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const { x, y, fill } of traces) {
    // A band's outline goes there and back.
    const first = fill ? 0 : search(x, from);
    for (let i = first; i < x.length && (fill || x[i] <= to); i++) if (x[i] >= from && x[i] <= to) see(y[i]);
  }
  if (low > high) for (const { x, y } of traces) for (const i of [search(x, from) - 1, search(x, to)]) if (i >= 0 && i < x.length) see(y[i]);
  return [low, high];
}
