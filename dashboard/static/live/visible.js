// The y range that fits what is visible after zooming in x; Plotly alone fits all points.
const ROOM = 0.06;

export function visibleRange(spec, axis, traces, log) {
  if (spec.unit === "percent") return { range: [0, Math.max(100, largest(traces)) * 1.02], autorange: false };
  const [low, high] = extremes(traces, axis.range ?? [-Infinity, Infinity], log);
  // Plotly draws a constant learning rate of 0.001 as a line at 0 between -1 and 1.
  if (low === high && low !== 0 && !log) return { range: low > 0 ? [0, 2 * low] : [2 * low, 0], autorange: false };
  if (!axis.range || low > high) return { autorange: true, rangemode: spec.unit === "bytes" ? "tozero" : "normal" };
  const room = (high - low || Math.abs(high) || 1) * ROOM;
  return { range: [low - room, high + room], autorange: false };
}

// Plotly labels every digit of a decade when there is little room for it.
export function logTicks(traces, axis) {
  const [low, high] = extremes(traces, axis.range ?? [-Infinity, Infinity], true);
  const decades = high - low;
  if (!(decades > 0.5)) return {};
  return { dtick: decades <= 2.5 ? "D2" : Math.ceil(decades / 5) };
}

function extremes(traces, [from, to], log) {
  let [low, high] = [Infinity, -Infinity];
  for (const { x, y } of traces) {
    for (let i = 0; i < x.length; i++) {
      const value = y[i];
      if (x[i] < from || x[i] > to || !Number.isFinite(value) || (log && value <= 0)) continue;
      const place = log ? Math.log10(value) : value;
      low = Math.min(low, place);
      high = Math.max(high, place);
    }
  }
  return [low, high];
}

function largest(traces) {
  let high = 0;
  for (const { y } of traces) for (const value of y) if (value > high) high = value;
  return high;
}
