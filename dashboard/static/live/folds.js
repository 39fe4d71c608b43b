// How the folds of a metric are drawn: each as a faint line, over them their mean and a band of
// one sample standard deviation to both sides. On the clock folds follow each other: no mean there.
import { plotlyText, significant, spread } from "./format.js";
import { alpha } from "./theme.js";

const MOST_DRAWN = 20;
const FAINT = { width: 1, opacity: 0.3 };
const CURRENT = { width: 1.25, opacity: 0.8 };

// one: {name, measured, colour, dash, lines, band, current}: whether each fold is drawn, whether the
// band is, and which fold trains now.
export function foldTraces(one, { axis, log }) {
  const { shown, mean } = one.measured.together(axis.smoothing);
  const { clock } = axis;
  const alone = clock || !mean.steps.length;
  const drawn = one.lines || alone ? shown.slice(-MOST_DRAWN) : [];
  const lines = drawn.map((fold) => line(one, fold, { axis, plain: clock || shown.length === 1 }));
  return clock ? lines : [...(one.band === false ? [] : band(one, mean, axis, log)), ...lines, ...middle(one, mean, axis)];
}

function line({ name, colour, dash, current, scale, measured }, { fold, steps, seconds, values }, { axis, plain }) {
  const looks = plain ? { width: 1.5, opacity: 1 } : fold === current ? CURRENT : FAINT;
  return {
    type: "scatter", mode: steps.length === 1 ? "lines+markers" : "lines", meta: "fold", name: plotlyText(`${name}, ${measured.part} ${fold}`), x: axis.x({ steps, seconds }, scale),
    y: values, opacity: looks.opacity, line: { color: colour, width: looks.width, dash: dash ?? "solid" },
    marker: { size: 4, color: colour },
  };
}

function middle({ name, colour, dash, scale }, { steps, values, deviations, counts, of }, axis) {
  if (!steps.length) return [];
  return [{
    type: "scatter", mode: steps.length === 1 ? "lines+markers" : "lines", meta: "mean", name: plotlyText(name), x: places(steps, axis, scale), y: values, customdata: deviations, counts, of,
    line: { color: colour, width: 2.25, dash: dash ?? "solid" }, marker: { size: 5, color: colour },
  }];
}

// One closed outline: there along the upper edge, back along the lower one. A logarithm has no
// place for what is not above 0.
function band({ name, colour, scale }, { steps, values, deviations }, axis, log) {
  if (steps.length < 2) return [];
  const floor = log ? Math.min(...values.filter((value) => value > 0)) / 10 : -Infinity;
  const upper = values.map((value, i) => value + deviations[i]);
  const lower = values.map((value, i) => Math.max(floor, value - deviations[i]));
  const x = places(steps, axis, scale);
  return [{
    type: "scatter", mode: "none", meta: "band", name: plotlyText(`${name} ± deviation`), x: [...x, ...x.slice().reverse()], y: [...upper, ...lower.slice().reverse()],
    fill: "toself", fillcolor: alpha(colour, 0.2),
  }];
}

// Where the steps of a mean are: on an axis of epochs they are none.
const places = (steps, axis, scale) => axis.kind === "epoch" ? Array.from(axis.x({ steps }, scale)) : steps;

// What stands beside the name in the legend.
export function spreadText(measured, smoothing) {
  const { mean, newest } = measured.together(smoothing);
  const last = mean.values.length - 1;
  if (last < 0) return newest.length ? significant(newest.values[newest.length - 1]) : "";
  return spread(mean.values[last], mean.deviations[last]);
}
