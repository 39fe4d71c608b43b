// One chart over the whole page, alive; Escape closes, the focus goes back to where it was.
import { element } from "./dom.js";
import { Interactive } from "./interactive.js";

export function enlarge(chart) {
  const { root } = chart;
  if (root.closest("dialog")) return root.closest("dialog").close();
  const place = element("div", { class: "ty-place-kept", style: `height: ${root.offsetHeight}px` });
  root.replaceWith(place);
  // Below the element whose variables carry the theme.
  const dialog = element("dialog", { class: "ty-full", "aria-label": chart.spec.title, children: [root] });
  place.after(dialog);
  const focus = document.activeElement;
  dialog.addEventListener("close", () => {
    chart.interactive?.close();
    chart.failed?.remove();
    place.replaceWith(root);
    dialog.remove();
    root.querySelector(".ty-tool:last-child").focus();
    chart.mark();
  });
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
  dialog.showModal();
  (focus ?? dialog).focus?.();
  chart.mark();
}

// The same figure as Plotly draws it, on or off.
export function switchPlotly(chart, button) {
  chart.failed?.remove();
  if (chart.interactive) chart.interactive.close();
  else new Interactive(chart, button).open();
}
