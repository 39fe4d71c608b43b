// Plotly, vendored: for files, and for its own figure on the full screen. Loaded once per page when it
// is first wanted, as a classic script; it cannot be imported as a module.
let loading;

export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/plotly-basic.min.js", import.meta.url).href;
    const failed = () => { loading = undefined; script.remove(); reject(new Error("Plotly did not load")); };
    // A proxy may answer with something else.
    script.onload = () => window.Plotly ? resolve(window.Plotly) : failed();
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

// What both kinds of figures look like; `xaxis` and `yaxis` are added to it.
export function looks(theme, layout, { xaxis, yaxis }) {
  const axis = { showgrid: false, zeroline: false, linecolor: theme.strongLine, tickcolor: theme.strongLine, ticks: "outside" };
  return {
    font: { family: theme.font, size: 13, color: theme.quiet }, paper_bgcolor: theme.ground, plot_bgcolor: theme.ground, shapes: layout.shapes,
    xaxis: { ...axis, ...xaxis },
    yaxis: { ...axis, showgrid: true, gridcolor: theme.line, ticks: "", ...yaxis },
    yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
  };
}

// A range as Plotly wants it: of a logarithmic axis the exponents.
export const rangeOf = ({ type, range }) => type === "log" ? range.map(Math.log10) : [...range];
