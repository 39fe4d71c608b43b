// Colours of the page, read from Streamlit's CSS variables, and of the curves.
// The curves' palette is told apart by colour-blind eyes and reads on both grounds, as
// tests/dashboard/test_palette.py computes; dashboard/theme.py has the same one.
export const PALETTE = ["#3f78ff", "#e8833a", "#14a37f", "#cc1760", "#a78dc1", "#b58f58", "#27765e", "#9f438c"];
export const DASHES = ["solid", "dash", "dot", "dashdot"];

let known;

export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const text = read("--st-text-color", "#16181d");
  const ground = read("--st-background-color", "#ffffff");
  // Mixing colours takes a canvas; they change only with the theme.
  if (known?.text === text && known.ground === ground) return known;
  known = {
    text,
    ground,
    quiet: mix(text, ground, 0.6),
    line: mix(text, ground, 0.1),
    strongLine: mix(text, ground, 0.22),
    font: read("--st-font", "system-ui, sans-serif"),
    good: "#22a884",
    strong: mix(text, ground, 0.8),
    warning: "#d9822b",
    bad: "#d1495b",
  };
  return known;
}

function channels(colour) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = colour;
  const hex = context.fillStyle;
  return hex.startsWith("#") ? [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) : [128, 128, 128];
}

// `colour` so transparent that `share` of it is seen.
export const alpha = (colour, share) => `rgba(${channels(colour).join(", ")}, ${share})`;

// `share` of `colour` over `ground`, as an opaque colour.
export function mix(colour, ground, share) {
  const [over, under] = [channels(colour), channels(ground)];
  return `rgb(${over.map((value, i) => Math.round(value * share + under[i] * (1 - share))).join(", ")})`;
}
