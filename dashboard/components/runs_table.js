// The table of runs: names are links, boxes select, everything typed by people is textContent.
const SVG = "http://www.w3.org/2000/svg";

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function sparkline(values) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 24");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  if (values.length < 2) return svg;
  const low = Math.min(...values), high = Math.max(...values), span = high - low || 1;
  const points = values.map((value, index) =>
    `${(100 * index / (values.length - 1)).toFixed(1)},${(22 - 20 * (value - low) / span).toFixed(1)}`);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points.join(" "));
  svg.append(line);
  return svg;
}

function stateCell(run) {
  const cell = element("div", "yard-state");
  const badge = element("span", `yard-badge yard-${run.status}`, run.status[0].toUpperCase() + run.status.slice(1));
  cell.append(badge);
  if (run.progress !== null) {
    const track = element("span", "yard-track");
    const bar = element("span", `yard-bar yard-${run.status}`);
    bar.style.width = `${(100 * run.progress).toFixed(1)}%`;
    track.append(bar);
    track.title = run.steps;
    cell.append(track);
  }
  return cell;
}

function nameCell(run, act) {
  const cell = element("div", "yard-name");
  const link = element("a", "", run.name);
  link.href = run.href;
  link.title = run.name;
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    act.open(run.id);
  });
  cell.append(link, element("span", "yard-quiet", run.what));
  return cell;
}

function row(run, act) {
  const line = element("div", "yard-row");
  line.setAttribute("role", "row");
  line.dataset.run = run.id;
  line.classList.toggle("yard-blank", !run.spark.length && !run.best_name);
  const box = element("input", "yard-box");
  box.type = "checkbox";
  box.checked = act.selected(run.id);
  box.setAttribute("aria-label", `Select ${run.name}`);
  box.addEventListener("change", () => act.select(run.id, box.checked));
  const curve = element("div", `yard-spark yard-${run.status}`);
  curve.append(sparkline(run.spark));
  const best = element("div", "yard-best");
  best.append(element("span", "", run.best), element("span", "yard-quiet", run.best_name));
  const started = element("div", "yard-when", run.created);
  started.title = run.created_exactly;
  line.append(box, nameCell(run, act), stateCell(run), curve, best,
    element("div", "yard-long", run.duration), started);
  return line;
}

function head() {
  const line = element("div", "yard-row yard-head");
  for (const name of ["", "Run", "State", "Training loss", "Best", "Duration", "Launched"])
    line.append(element("div", "", name));
  return line;
}

// What the person chose last, by table, until the server has drawn it: the next click builds on it.
const CHOSEN = new WeakMap();
const PATIENCE_MS = 3000;
const same = (one, other) => one.length === other.length && one.every((id) => other.includes(id));

// The runs to show as selected: the person's newest choice, else what the server says.
function selection(host, runs) {
  const drawn = runs.filter((run) => run.selected).map((run) => run.id);
  const chosen = CHOSEN.get(host);
  return chosen && Date.now() < chosen.until && !same(chosen.ids, drawn) ? chosen.ids : drawn;
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = parentElement.querySelector(".yard-runs");
  let selected = selection(host, data.runs);
  const act = {
    open: (id) => setTriggerValue("open", id),
    select: (id, on) => {
      const others = selected.filter((other) => other !== id);
      selected = on ? [...others, id] : others;
      CHOSEN.set(host, { ids: selected, until: Date.now() + PATIENCE_MS });
      setStateValue("selected", selected);
    },
    selected: (id) => selected.includes(id),
  };
  const focused = document.activeElement?.closest?.(".yard-row")?.dataset.run;
  const kind = document.activeElement?.className === "yard-box" ? ".yard-box" : "a";
  host.replaceChildren(head(), ...data.runs.map((run) => row(run, act)));
  if (focused) host.querySelector(`[data-run="${focused}"] ${kind}`)?.focus();
}
