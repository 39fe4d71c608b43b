// What all charts of a view share: step or time, the zoomed range, smoothing, logarithm.
// Without these Plotly writes the date on a second line, which the charts have no room for.
const DAY_MS = 86_400_000;
const CLOCK = [
  { dtickrange: [null, 59_999], value: "%H:%M:%S" },
  { dtickrange: [60_000, DAY_MS - 1], value: "%H:%M" },
  { dtickrange: [DAY_MS, null], value: "%d %b" },
];

export class Axis {
  constructor(changed) {
    this.changed = changed;
    this.kind = "step";
    this.range = null;
    this.version = 0;
    this.smoothing = 0;
    this.log = false;
  }

  set(changes) {
    // A range of steps means nothing on the clock.
    if (changes.kind && changes.kind !== this.kind) changes.range = null;
    Object.assign(this, changes);
    if ("range" in changes) this.version++;
    this.changed();
  }

  // x values of a curve: steps, or milliseconds shifted so that Plotly, which draws UTC, shows the
  // person's own time.
  x(curve) {
    return this.kind === "step" ? curve.steps : curve.seconds.map(localMilliseconds);
  }

  at(step, seconds) {
    return this.kind === "step" ? step : localMilliseconds(seconds);
  }

  // The same stretch on all charts, so that what stands above each other happened together.
  edges(curves) {
    let [low, high] = [Infinity, -Infinity];
    for (const curve of curves) {
      if (!curve.length) continue;
      const points = this.kind === "step" ? curve.steps : curve.seconds;
      low = Math.min(low, points[0]);
      high = Math.max(high, points[points.length - 1]);
    }
    if (low > high) return null;
    if (this.kind === "time") [low, high] = [localMilliseconds(low), localMilliseconds(high)];
    return low < high ? [low, high] : [low - 1, high + 1];
  }

  layout(theme, edges) {
    const range = this.range ?? edges;
    return {
      type: this.kind === "step" ? "linear" : "date",
      ...(range ? { range, autorange: false } : { autorange: true }),
      uirevision: this.version,
      showgrid: false,
      zeroline: false,
      linecolor: theme.strongLine,
      tickcolor: theme.strongLine,
      ticks: "outside",
      ticklen: 4,
      nticks: 6,
      tickformat: this.kind === "step" ? ",~r" : undefined,
      tickformatstops: this.kind === "step" ? undefined : CLOCK,
      hoverformat: this.kind === "step" ? ",d" : "%H:%M:%S",
      unifiedhovertitle: { text: this.kind === "step" ? "Step %{x:,d}" : "%{x|%H:%M:%S}" },
      showspikes: true,
      spikemode: "across",
      spikethickness: 1,
      spikedash: "solid",
      spikecolor: theme.strongLine,
    };
  }
}

export function localMilliseconds(seconds) {
  return seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000;
}

// A range as Plotly reports it: numbers, or dates as text.
export const parseEdge = (edge) => typeof edge === "number" ? edge : Date.parse(`${edge.replace(" ", "T")}Z`);
