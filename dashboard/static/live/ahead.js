// What somebody opens from the list, a run or a comparison: its view is made at the press and gets its
// curves before Streamlit is asked for the page, for a moment at most: both at once make each other
// late. It is shown as soon as all curves are there, where it will stand. Then the view moves into its
// place: 0.3 s earlier than one that is made when that is there.
import { CompareView } from "./compare.js";
import { element } from "./dom.js";
import { RunView } from "./run.js";

export const AHEAD = { run: RunView, compare: CompareView };
const HOLD_MS = { run: 350, compare: 1200 };
const PATIENCE_MS = 5000;
const COMPARE = ".st-key-compare button";
let waiting;
let letting = false;
// Pixels from the top of the page to the charts, when they last stood there.
const offsets = { run: 170, compare: 139 };

// A press anywhere on the page. `runs`, `ahead`: those that can be opened from it, and a ticket for
// them; `names`: of those that would be compared; `near`: an element as wide as the charts will be.
export function pressed(event, { runs = [], ahead, names = {} }, near) {
  const wish = letting ? undefined : wished(event);
  if (!wish?.ids.length || !wish.ids.every((id) => runs.includes(id))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  begin(wish, ahead, names, near);
  const until = performance.now() + HOLD_MS[wish.view];
  const look = () => {
    if (ready() || performance.now() > until) go(wish);
    else requestAnimationFrame(look);
  };
  look();
}

// What a plain press opens in this tab.
function wished(event) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return undefined;
  if (event.target.closest?.(COMPARE)) return { view: "compare", ids: (new URLSearchParams(location.search).get("selected") ?? "").split(","), at: COMPARE };
  const link = event.target.closest?.("a[href]");
  const url = link && !link.target && new URL(link.href);
  return url?.pathname.endsWith("/run") ? { view: "run", ids: [url.searchParams.get("id")], at: `a[href="${CSS.escape(link.getAttribute("href"))}"]` } : undefined;
}

function begin({ view: kind, ids }, token, names, near) {
  drop();
  const { left, width } = near.getBoundingClientRect();
  const place = element("div", { class: `${colouring(near)} ty-ahead`, "aria-hidden": "true", inert: "" });
  place.style.cssText = `left: ${left}px; width: ${width}px; top: ${offsets[kind]}px`;
  document.body.append(place);
  const subject = kind === "run" ? { subject: ids[0], run: ids[0] } : { subject: "", runs: ids.map((id) => ({ id, name: names[id] ?? id })) };
  const view = new AHEAD[kind](place, { view: kind, ...subject, token });
  waiting = { kind, ids, view, place, timer: setTimeout(drop, PATIENCE_MS) };
}

function ready() {
  const { view, place } = waiting ?? {};
  if (!view?.complete()) return !view;
  place.dataset.shown = "";
  return true;
}

// The press goes on to whom it was meant for, which may have been drawn anew meanwhile.
function go({ at }) {
  letting = true;
  document.querySelector(at)?.click();
  letting = false;
}

// Whether something is being opened.
export const opening = () => waiting !== undefined;

// The view that fits, now in its place; undefined when there is none.
export function take(parent, data) {
  const ids = data.view === "run" ? [data.run] : data.runs?.map(({ id }) => id);
  if (waiting?.kind !== data.view || waiting.ids.join() !== ids.join()) return undefined;
  const { view, place, timer } = waiting;
  clearTimeout(timer);
  waiting = undefined;
  parent.append(view.root);
  place.remove();
  return view;
}

// Where the charts of a run or a comparison stand now: the next ones are shown there.
export function remember(parent, kind) {
  requestAnimationFrame(() => {
    if (parent.isConnected) offsets[kind] = parent.getBoundingClientRect().top + (parent.closest(".stMain")?.scrollTop ?? 0);
  });
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
