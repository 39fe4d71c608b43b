// What happened to a run, marked on its loss: checkpoints, resumes, alerts, changes, and values that are no numbers.
import { alertsOf, LEVELS } from "./alerts.js";
import { once, sentence } from "./changed.js";
import { bytes, clock, plotlyText, significant, whole } from "./format.js";

// judged: {curve, name, rising}, the validation curve that says which weights are the best
export function marks(facts, curve, axis, theme, judged) {
  const traces = [];
  const add = (found, height, symbol, colour, size) => {
    if (!found.length) return;
    traces.push({
      type: "scatter", mode: "markers", yaxis: "y2", x: found.map(({ x }) => x), y: found.map(() => height), name: "",
      marker: { symbol, color: colour, size, line: { width: symbol.includes("thin") ? 2 : 0, color: colour } },
      text: found.map(({ text }) => plotlyText(text)),
    });
  };
  const of = (kind, text) => facts.filter((fact) => fact.kind === kind).map((fact) => ({ x: axis.at(stepOf(fact), fact.time), text: text(fact), fact }));
  const forks = of("started", ({ start }) => `Forked at step ${whole(start?.step ?? 0)} of another run`).filter(({ fact }) => fact.start).slice(0, 1);
  const resumes = of("started", (fact) => `Resumed after step ${placeOf(fact)}`).filter(({ fact }) => fact.resumed);
  const alerts = alertsOf(facts).map((fact) => ({ x: axis.at(stepOf(fact), fact.time), text: fact.message, fact, colour: fact.level === "error" ? theme.bad : theme.warning }));
  // Of folds over each other only those of the one that trains: all together would be a hedge.
  const seen = !axis.clock ? newestFold(facts) : null;
  const checkpoints = of("checkpoint", saved).filter(({ fact }) => seen === null || fact.fold === seen);
  add(checkpoints.slice(0, -1), 0.015, "triangle-up", theme.quiet, 6);
  add(checkpoints.slice(-1).map((one) => ({ ...one, text: `Newest ${one.text[0].toLowerCase()}${one.text.slice(1)}` })), 0.02, "triangle-up", theme.text, 9);
  add(best(judged, axis), 0.06, "star", theme.good, 11);
  add(forks, 0.985, "diamond", theme.quiet, 9);
  add(resumes, 0.985, "triangle-down", theme.warning, 8);
  for (const [level, { symbol }] of Object.entries(LEVELS)) {
    const found = alerts.filter(({ fact }) => fact.level === level);
    add(found, 0.985, symbol, found[0]?.colour, 9);
  }
  const changes = once(facts).filter(({ refused }) => !refused).map((fact) => ({ x: axis.at(stepOf(fact), fact.time), text: sentence(fact) }));
  add(changes, 0.985, "square", theme.strong, 9);
  add(gaps(curve, axis), 0.94, "x-thin", theme.bad, 8);
  const lines = [...forks.map(({ x }) => [x, theme.quiet]), ...resumes.map(({ x }) => [x, theme.warning]), ...alerts.map(({ x, colour }) => [x, colour]), ...changes.map(({ x }) => [x, theme.strong])];
  return { traces, shapes: lines.map(([x, color]) => ({ type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line: { color, width: 1, dash: "dot" } })) };
}

const saved = (fact) => `Checkpoint at step ${placeOf(fact)}, ${bytes(fact.bytes)}, saved in ${significant(fact.seconds, 2)} s at ${clock(fact.time)}`;

// The evaluation whose weights are kept and tested.
function best(judged, axis) {
  const curve = judged?.curve;
  if (!curve?.length) return [];
  const { steps, seconds, values } = curve;
  let place = -1;
  for (const [i, value] of values.entries()) if (Number.isFinite(value) && (place < 0 || (judged.rising ? value > values[place] : value < values[place]))) place = i;
  if (place < 0) return [];
  return [{ x: axis.at(steps[place], seconds[place]), text: `Best so far: validation ${judged.name} ${significant(values[place])} at step ${whole(steps[place])}` }];
}

// Within its fold, where there are folds.
const stepOf = ({ step, fold_begin }) => step - (fold_begin ?? 0);
const placeOf = (fact) => whole(stepOf(fact)) + (fact.fold ? ` of fold ${fact.fold}` : "");
const newestFold = (facts) => facts.findLast(({ fold }) => fold)?.fold ?? 0;

function gaps(curve, axis) {
  if (!curve) return [];
  const { steps, seconds, values } = curve;
  return Array.from(values.keys()).filter((i) => !Number.isFinite(values[i]))
    .map((i) => ({ x: axis.at(steps[i], seconds[i]), text: `Not a number at step ${whole(steps[i])}` }));
}
