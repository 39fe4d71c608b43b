// Choices for all charts of a view at once.
import { element, segmented, setText, toggle } from "./dom.js";

const KINDS = [
  ["step", "Step", "Steps of training"], ["epoch", "Epoch", "Passes over the training data"],
  ["time", "Time", "Time of day"], ["relative", "Relative", "Time since the first step of the run"],
];

export function toolbar(axis) {
  const value = element("output", { text: axis.smoothing.toFixed(2).replace("0.00", "0") });
  const slider = element("input", { type: "range", min: "0", max: "0.99", step: "0.01", value: String(axis.smoothing), "aria-label": "Smoothing of the curves",
    oninput: () => {
      setText(value, slider.value === "0" ? "0" : Number(slider.value).toFixed(2));
      axis.set({ smoothing: Number(slider.value) });
    } });
  const kinds = segmented("Horizontal axis", KINDS, axis.kind, (kind) => axis.set({ kind }));
  const logX = toggle("Log x", "Log x: logarithmic horizontal axis", axis.logX, (on) => axis.set({ logX: on, range: null }));
  const reset = element("button", { type: "button", class: "ty-button", text: "Reset zoom", onclick: () => axis.set({ range: null }) });
  const bar = element("div", { class: "ty-toolbar", role: "toolbar", "aria-label": "Charts", children: [
    kinds,
    element("label", { class: "ty-slider", children: [element("span", { text: "Smoothing" }), slider, value] }),
    toggle("Log y", "Log y: logarithmic vertical axis", axis.log, (log) => axis.set({ log })),
    logX, reset,
  ] });
  bar.show = () => {
    reset.hidden = axis.range === null;
    logX.hidden = axis.clock;
    kinds.children[1].hidden = !axis.epochs;
    for (const [i, [kind]] of KINDS.entries()) kinds.children[i].setAttribute("aria-pressed", String(kind === axis.kind));
  };
  bar.show();
  return bar;
}
