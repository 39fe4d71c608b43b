// A run that somebody opens from a list: its view is made at the press, and gets and paints its curves
// while Streamlit makes the page. Once painted it is shown where it will stand, and moves into its place
// when that is there: 0.3 s earlier than one that is made then.
import { element } from "./dom.js";
import { RunView } from "./run.js";

const PATIENCE_MS = 5000;
let waiting;
// Pixels from the top of the page to the charts, when they last stood there.
let offset = 170;

// `token`: a ticket for the run; `near`: an element as wide as the charts will be.
export function begin(run, token, near) {
  drop();
  const { left, width } = near.getBoundingClientRect();
  const place = element("div", { class: `${colouring(near)} ty-ahead`, "aria-hidden": "true", inert: "" });
  place.style.cssText = `left: ${left}px; width: ${width}px; top: ${offset}px`;
  document.body.append(place);
  const view = new RunView(place, { view: "run", subject: run, run, token });
  waiting = { view, place, timer: setTimeout(drop, PATIENCE_MS) };
  showWhenPainted(waiting);
}

function showWhenPainted(one) {
  if (one !== waiting) return;
  if (one.view.charts.get("loss")?.shown) one.place.dataset.shown = "";
  else requestAnimationFrame(() => showWhenPainted(one));
}

// Where the charts of a run stand now: the next one is shown there.
export function remember(parent) {
  requestAnimationFrame(() => {
    if (parent.isConnected) offset = parent.getBoundingClientRect().top + (parent.closest(".stMain")?.scrollTop ?? 0);
  });
}

// The view that fits, now in its place; undefined when there is none.
export function take(parent, data) {
  if (!waiting?.view.fits(data)) return undefined;
  const { view, place, timer } = waiting;
  clearTimeout(timer);
  waiting = undefined;
  parent.append(view.root);
  place.remove();
  return view;
}

function drop() {
  if (!waiting) return;
  clearTimeout(waiting.timer);
  waiting.view.remove();
  waiting.place.remove();
  waiting = undefined;
}

// The class by which Streamlit gives a component the colours of the theme.
function colouring(inside) {
  const has = (node) => node && getComputedStyle(node).getPropertyValue("--st-text-color");
  let node = inside;
  while (has(node.parentElement)) node = node.parentElement;
  return node.className;
}

// The run that a plain press on a link opens in this tab, or undefined.
export function opened(event) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return undefined;
  const link = event.target.closest?.("a[href]");
  const url = link && !link.target && new URL(link.href);
  return url && url.pathname.endsWith("/run") ? url.searchParams.get("id") ?? undefined : undefined;
}
