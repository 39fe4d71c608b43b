// Parts of a whole, one above the other: each an area with its upper edge as the line.
import { plotlyText } from "./format.js";
import { alpha } from "./theme.js";

// All curves of `series` have the same points.
export function stackedTraces(series, axis) {
  let below = null;
  return series.flatMap(({ name, measured: { newest }, colour }) => {
    const x = axis.x(newest);
    const floor = below ?? new Float64Array(newest.length);
    const edge = Float64Array.from(newest.values, (value, i) => floor[i] + value);
    below = edge;
    return [
      { type: "scatter", mode: "none", meta: "band", key: name, name: plotlyText(name), x: [...x, ...x.slice().reverse()], y: [...edge, ...floor.slice().reverse()], fill: "toself", fillcolor: alpha(colour, 0.45) },
      { type: "scatter", mode: "lines", key: name, name: plotlyText(name), x, y: edge, told: newest.values, line: { color: colour, width: 1, dash: "solid" }, marker: { size: 5, color: colour } },
    ];
  });
}
