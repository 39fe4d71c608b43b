// Choices for all charts of a view at once.
import { element, segmented, setText, toggle } from "./dom.js";

export function toolbar(axis) {
  const value = element("output", { text: "0" });
  const slider = element("input", { type: "range", min: "0", max: "0.99", step: "0.01", value: "0", "aria-label": "Smoothing of the curves",
    oninput: () => {
      setText(value, slider.value === "0" ? "0" : Number(slider.value).toFixed(2));
      axis.set({ smoothing: Number(slider.value) });
    } });
  const reset = element("button", { type: "button", class: "ty-button", text: "Reset zoom", onclick: () => axis.set({ range: null }) });
  const bar = element("div", { class: "ty-toolbar", role: "toolbar", "aria-label": "Charts", children: [
    segmented("Horizontal axis", [["step", "Step"], ["time", "Time"]], axis.kind, (kind) => axis.set({ kind })),
    element("label", { class: "ty-slider", children: [element("span", { text: "Smoothing" }), slider, value] }),
    toggle("Log scale", "Log scale: logarithmic vertical axis", axis.log, (log) => axis.set({ log })),
    reset,
  ] });
  bar.show = () => { reset.hidden = axis.range === null; };
  bar.show();
  return bar;
}
