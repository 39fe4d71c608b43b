// The small buttons of a chart.
import { element } from "./dom.js";

const LARGER = "M2 6V2h4 M10 2h4v4 M14 10v4h-4 M6 14H2v-4";

// acts: {picture(format), table(), enlarge(), plotly(button)}; plotly only where there is a figure of lines
export function tools(title, { picture, table, enlarge, plotly }) {
  const button = (text, label, onclick, children = []) =>
    element("button", { type: "button", class: "ty-tool", text, "aria-label": label, title: label, onclick, children });
  const chosen = plotly ? button("Plotly", `Show ${title} as Plotly draws it: its zoom, values and selection`, () => plotly(chosen)) : undefined;
  chosen?.classList.add("ty-full-only");
  chosen?.setAttribute("aria-pressed", "false");
  return element("div", { class: "ty-tools", children: [
    ...(chosen ? [chosen] : []),
    button("PNG", `Download ${title} as a picture`, () => picture("png")),
    button("SVG", `Download ${title} as a vector picture`, () => picture("svg")),
    button("CSV", `Download the points of ${title}`, table),
    button(undefined, `Show ${title} on the full screen`, enlarge, [icon(LARGER)]),
  ] });
}

function icon(path) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of [["viewBox", "0 0 16 16"], ["width", "13"], ["height", "13"], ["aria-hidden", "true"]]) made.setAttribute(name, value);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of [["d", path], ["fill", "none"], ["stroke", "currentColor"], ["stroke-width", "1.6"]]) line.setAttribute(name, value);
  made.append(line);
  return made;
}
