// Which points and marks of a figure are at an x.
import { nearest } from "./extremes.js";

const MARK_PIXELS = 7;

// The nearest point of each curve: of the smoothed line rather than the raw one, of the mean rather
// than single folds. Beyond its ends a curve has none, unless another run measured it before a fork.
export function readingsAt(data, x) {
  const chosen = new Map();
  const before = new Map();
  for (const trace of data) {
    if (!trace.key || trace.meta === "raw" || trace.meta === "band" || !trace.x.length) continue;
    if (trace.meta === "before") before.set(trace.key, trace);
    else if (chosen.get(trace.key)?.meta !== "mean") chosen.set(trace.key, trace);
  }
  const keys = new Set([...chosen.keys(), ...before.keys()]);
  return [...keys].flatMap((key) => readingAt(chosen.get(key), x) ?? readingAt(before.get(key), x) ?? []);
}

function readingAt(trace, x) {
  if (!trace) return null;
  const i = nearest(trace.x, x);
  if ((x > trace.x[trace.x.length - 1] || x < trace.x[0]) && trace.x[i] !== x) return null;
  return { key: trace.key, colour: trace.line.color, x: trace.x[i], y: trace.y[i], value: (trace.told ?? trace.y)[i], deviation: trace.customdata?.[i], count: trace.counts?.[i], of: trace.of };
}

// What happened at that place, as the marks tell it.
export function marksNear(data, figure, x) {
  const pixel = figure.x(x);
  return data.filter(({ mode, text }) => mode === "markers" && Array.isArray(text)).flatMap(({ x: places, text, marker }) =>
    [...places].flatMap((place, i) => Math.abs(figure.x(place) - pixel) <= MARK_PIXELS ? [{ colour: marker.color, text: plainText(text[i]) }] : []));
}

const plainText = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

// Where the cross-hair goes with `by` steps of a key: from point to point of the longest curve, but
// at least a pixel.
export function stepTo({ plot, figure, crosshair, axis }, by) {
  const lines = (plot.data ?? []).filter(({ key, meta }) => key && meta !== "band" && meta !== "raw");
  const longest = lines.filter(({ meta }) => meta !== "before").sort((a, b) => b.x.length - a.x.length)[0];
  if (!longest || !figure.x) return undefined;
  const [low, high] = plot.layout.xaxis.range;
  const before = lines.find(({ key, meta }) => meta === "before" && key === longest.key);
  const places = [...(before?.x ?? []), ...longest.x].filter((x) => x >= low && x <= high);
  if (!places.length) return undefined;
  if (!Number.isFinite(by)) return places[by > 0 ? places.length - 1 : 0];
  const now = crosshair?.x ?? places[places.length - 1];
  const far = nearest(places, now) + by;
  let place = Math.max(0, Math.min(far, places.length - 1));
  while (place > 0 && place < places.length - 1 && Math.abs(figure.x(places[place]) - figure.x(now)) < 1) place += Math.sign(by);
  return places[place];
}
