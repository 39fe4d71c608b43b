// What a comparison draws as one line: a run, or a group of runs by their mean. And which of them
// the person has hidden, which the address carries.
import { gather } from "./curves.js";
import { DASHES, PALETTE } from "./theme.js";

const HIDDEN = "hide";

// data: {runs: [{id, name}], groups: [{name, runs}]} → [{key, name, runs, colour, dash, group}]
export function linesOf({ runs, groups }) {
  const lines = groups?.length
    ? groups.map(({ name, runs: members }) => ({ key: members[0], name: members.length > 1 ? `${name} (${members.length} runs)` : name, runs: members, group: true }))
    : runs.map(({ id, name }) => ({ key: id, name, runs: [id], group: false }));
  const hidden = new Set((new URLSearchParams(location.search).get(HIDDEN) ?? "").split(","));
  return lines.map((line, i) => ({ ...line, shown: !hidden.has(line.key), colour: PALETTE[i % PALETTE.length], dash: DASHES[Math.floor(i / PALETTE.length) % DASHES.length], known: new Map() }));
}

// Streamlit writes the address too, and knows nothing of this: called again whenever it has drawn.
export function carryHidden(lines) {
  const url = new URL(location.href);
  const hidden = lines.filter(({ shown }) => !shown).map(({ key }) => key).join(",");
  if (hidden === (url.searchParams.get(HIDDEN) ?? "")) return;
  if (hidden) url.searchParams.set(HIDDEN, hidden);
  else url.searchParams.delete(HIDDEN);
  history.replaceState(history.state, "", url);
}

// A line's curve of a metric; undefined where none of its runs has one. `runs`: by id, {curves}.
export function measuredBy(line, metric, runs) {
  const members = line.runs.map((id) => runs.get(id).curves.get(metric)).filter(Boolean);
  if (!line.group || members.length < 2) return members[0];
  // Kept, so that a mean is computed again only when a member has new points.
  line.known.set(metric, gather(line.known.get(metric), metric, members));
  return line.known.get(metric);
}
