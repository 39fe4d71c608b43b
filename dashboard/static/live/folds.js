// How the folds of a metric are drawn: each as a faint line, over them their mean and a band of
// one sample standard deviation to both sides. On the clock folds follow each other: no mean there.
import { plotlyText, significant, spread } from "./format.js";
import { alpha } from "./theme.js";

const MOST_DRAWN = 20;
const FAINT = { width: 1, opacity: 0.3 };
const CURRENT = { width: 1.25, opacity: 0.8 };

// one: {name, measured, colour, dash, lines, band, current}: whether each fold is drawn, whether the
// band is, and which fold trains now.
export function foldTraces(one, { axis, log, hover }) {
  const { shown, mean } = one.measured.together(axis.smoothing);
  const clock = axis.kind === "time";
  const alone = clock || !mean.steps.length;
  const drawn = one.lines || alone ? shown.slice(-MOST_DRAWN) : [];
  const lines = drawn.map((fold) => line(one, fold, { axis, hover, plain: clock || shown.length === 1 }));
  return clock ? lines : [...(one.band === false ? [] : band(one, mean, log)), ...lines, ...middle(one, mean, { axis, hover })];
}

function line({ name, colour, dash, current }, { fold, steps, seconds, values }, { axis, hover, plain }) {
  const looks = plain ? { width: 1.5, opacity: 1 } : fold === current ? CURRENT : FAINT;
  const told = plain || fold === current;
  return {
    type: "scatter", mode: steps.length === 1 ? "lines+markers" : "lines", meta: "fold", name: plotlyText(`${name}, fold ${fold}`), x: axis.x({ steps, seconds }),
    y: values.map((value) => Number.isFinite(value) ? value : null), opacity: looks.opacity, line: { color: colour, width: looks.width, dash: dash ?? "solid" },
    marker: { size: 4, color: colour }, connectgaps: false, cliponaxis: axis.range !== null,
    ...(told ? { hovertemplate: `%{y:${hover}}` } : { hoverinfo: "skip" }),
  };
}

function middle({ name, colour, dash }, { steps, values, deviations }, { axis, hover }) {
  if (!steps.length) return [];
  return [{
    type: "scatter", mode: steps.length === 1 ? "lines+markers" : "lines", meta: "mean", name: plotlyText(name), x: steps, y: values, customdata: deviations,
    line: { color: colour, width: 2.25, dash: dash ?? "solid" }, marker: { size: 5, color: colour }, cliponaxis: axis.range !== null,
    hovertemplate: `%{y:${hover}} ± %{customdata:.2~g}`,
  }];
}

// One closed outline: there along the upper edge, back along the lower one. A logarithm has no
// place for what is not above 0.
function band({ name, colour }, { steps, values, deviations }, log) {
  if (steps.length < 2) return [];
  const floor = log ? Math.min(...values.filter((value) => value > 0)) / 10 : -Infinity;
  const upper = values.map((value, i) => value + deviations[i]);
  const lower = values.map((value, i) => Math.max(floor, value - deviations[i]));
  return [{
    type: "scatter", mode: "none", meta: "band", name: plotlyText(`${name} ± deviation`), x: [...steps, ...steps.slice().reverse()], y: [...upper, ...lower.slice().reverse()],
    fill: "toself", fillcolor: alpha(colour, 0.2), hoverinfo: "skip",
  }];
}

// What stands beside the name in the legend.
export function spreadText(measured, smoothing) {
  const { mean, newest } = measured.together(smoothing);
  const last = mean.values.length - 1;
  if (last < 0) return newest.length ? significant(newest.values[newest.length - 1]) : "";
  return spread(mean.values[last], mean.deviations[last]);
}
