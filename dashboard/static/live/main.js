// Entry of the live component: one view per mounted element, kept over Streamlit's reruns.
import { AHEAD, remember, take } from "./ahead.js";
import { CompareView } from "./compare.js";
import { ChangesView } from "./changes.js";
import { MachinesView } from "./machines.js";
import { RunView } from "./run.js";
import { style } from "./style.js";

const VIEWS = { run: RunView, compare: CompareView, machines: MachinesView, changes: ChangesView };
const mounted = new WeakMap();
style();

// Called on mount and again after every rerun and theme change: only differences may act.
export function update(component) {
  const { data, parentElement } = component;
  let view = mounted.get(parentElement);
  if (view && !view.fits(data)) {
    view.remove();
    view = undefined;
  }
  if (!view) {
    view = take(parentElement, data) ?? new VIEWS[data.view](parentElement, data);
    mounted.set(parentElement, view);
    if (data.view in AHEAD) remember(parentElement, data.view);
  }
  view.update(component);
}

export function remove(parentElement) {
  mounted.get(parentElement)?.remove();
  mounted.delete(parentElement);
}
