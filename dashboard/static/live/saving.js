// What a chart shows as a file: PNG and SVG drawn by Plotly, CSV of the visible points.
import { search } from "./extremes.js";
import { download } from "./dom.js";
import { looks, plotly, rangeOf } from "./plotly.js";
import { ticks } from "./ticks.js";

const MOST_TICKS = 9;
const SIZE = { width: 1200, height: 600 };

export async function savePicture(format, name, title, { data, layout }, theme) {
  const Plotly = await plotly();
  const picture = {
    ...looks(theme, layout, { xaxis: forPlotly(layout.xaxis), yaxis: forPlotly(layout.yaxis) }),
    title: { text: title, font: { size: 18, color: theme.text } }, showlegend: true, margin: { l: 70, r: 24, t: 56, b: 48 },
  };
  const named = (trace) => ({ ...trace, showlegend: trace.mode !== "markers" && !["raw", "fold", "band"].includes(trace.meta) });
  const url = await Plotly.toImage({ data: data.map(named), layout: picture }, { format, ...SIZE, scale: format === "svg" ? 1 : 2 });
  download(`${name}.${format}`, url);
}

function forPlotly(axis) {
  const { type, title, ticksuffix = "" } = axis;
  const labels = ticks(axis, MOST_TICKS);
  return { type, autorange: false, range: rangeOf(axis), title: { text: title },
    tickmode: "array", tickvals: labels.map(({ value }) => value), ticktext: labels.map(({ text }) => text + ticksuffix) };
}

// curves: [{name, curve, x, whole}]; a row says whether its curve is there whole or only its extremes.
export function saveTable(name, curves, [from, to]) {
  const rows = curves.flatMap(({ name: called, curve, x, whole }) => {
    const { steps, seconds, values } = curve;
    const [first, end] = [search(x, from), x.findLastIndex((place) => place <= to) + 1];
    return Array.from({ length: Math.max(0, end - first) }, (_, k) => {
      const i = first + k;
      return [JSON.stringify(called), steps[i], new Date(seconds[i] * 1000).toISOString(), shortest(values[i]), whole ? "every point" : "extremes"].join(",");
    });
  });
  download(`${name}.csv`, new Blob([["curve,step,time,value,points", ...rows, ""].join("\n")], { type: "text/csv" }));
}

// Values are float32: the fewest digits that say which one.
function shortest(value) {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; digits++) if (Math.fround(Number(value.toPrecision(digits))) === Math.fround(value)) return String(Number(value.toPrecision(digits)));
  return String(Number(value.toPrecision(9)));
}
