// A curve as traces of a figure: one line, or a smoothed line with the raw one behind it.
import { BEFORE } from "./before.js";
import { smooth } from "./curve.js";
import { foldTraces } from "./folds.js";
import { plotlyText } from "./format.js";
import { UNITS } from "./units.js";

const MARKERS_BELOW = 40;
const RAW_OPACITY = 0.28;
const BEFORE_OPACITY = 0.6;

// one: {name, measured, before, colour, dash, scale, opacity}
export function tracesOf(one, { spec, axis }) {
  const log = axis.log && spec.logarithmic;
  const made = one.measured.folded ? foldTraces(one, { axis, log }) : curveTraces(one, spec, axis);
  if (one.before) made.unshift(beforeTrace(one, spec, axis));
  const fade = one.opacity ?? 1;
  return made.map((trace) => ({ ...trace, key: one.name, opacity: (trace.opacity ?? 1) * fade }));
}

// Faded: it is what another run measured.
function beforeTrace({ before, ...one }, spec, axis) {
  const trace = curveTraces({ ...one, measured: before, dash: "dash", width: 1.5 }, spec, axis).at(-1);
  return { ...trace, name: plotlyText(`${one.name}, ${BEFORE}`), meta: "before", opacity: BEFORE_OPACITY };
}

function curveTraces({ name, measured, colour, dash, width = 1.75, scale }, spec, axis) {
  const curve = measured.newest;
  const x = axis.x(curve, scale);
  const { scale: size } = UNITS[spec.unit];
  const raw = size === 1 ? curve.values : Float64Array.from(curve.values, (value) => value / size);
  const dots = curve.length === 1 || (spec.dots && curve.length < MARKERS_BELOW);
  const main = {
    type: "scatter", mode: dots ? "lines+markers" : "lines", name: plotlyText(name), x, y: raw,
    line: { color: colour, width, dash: dash ?? "solid" }, marker: { size: 5, color: colour },
  };
  if (!(spec.smooths && axis.smoothing > 0 && curve.length > 2 && curve.perStep)) return [main];
  const behind = { ...main, mode: "lines", meta: "raw", opacity: RAW_OPACITY, line: { ...main.line, dash: "solid", width: Math.min(width, 1.25) } };
  return [behind, { ...main, y: smooth(x, raw, axis.smoothing) }];
}
