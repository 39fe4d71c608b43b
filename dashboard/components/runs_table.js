// The table of runs: names are links, boxes select, everything typed by people is textContent.
const MOST_TAGS = 3;
const SVG = "http://www.w3.org/2000/svg";

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
  const head = element("span", "yard-state-head");
  head.append(badge);
  if (run.alerts) {
    const alerts = element("span", "yard-alerts", run.alerts.split(" ")[0]);
    alerts.dataset.level = run.alert_level;
    alerts.setAttribute("role", "img");
    alerts.title = run.alerts;
    alerts.setAttribute("aria-label", run.alerts);
    head.append(alerts);
  }
  cell.append(head);
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
  const link = runLink(run, act);
  const title = element("div", "yard-title");
  if (run.pinned) {
    const pin = element("span", "yard-pin", "Pinned");
    title.append(pin);
  }
  title.append(link);
  const about = element("div", "yard-quiet yard-about");
  about.append(element("span", "", run.removal ? `${run.what} · ${run.removal}` : run.what));
  for (const tag of run.tags.slice(0, MOST_TAGS)) {
    const chip = element("span", "yard-tag", tag);
    chip.title = tag;
    about.append(chip);
  }
  if (run.tags.length > MOST_TAGS) about.append(element("span", "yard-tag", `+${run.tags.length - MOST_TAGS}`));
  cell.append(title, about);
  if (run.notes) {
    const notes = element("span", "yard-quiet yard-notes", run.notes);
    notes.title = run.notes;
    cell.append(notes);
  }
  return cell;
}

// What can be done with a run, in the order of how often.
function actionsOf(run) {
  if (run.removal) return [["restore", "Restore"]];
  return [...run.asks, ...(run.again ? [["again", "Launch again with changes"]] : []), run.pinned ? ["unpin", "Unpin"] : ["pin", "Pin"],
    run.archived ? ["unarchive", "Unarchive"] : ["archive", "Archive"], ...(run.over ? [["delete", "Delete"]] : [])];
}

// A menu in the browser's top layer: it closes by itself on Escape and on a click elsewhere.
function menuCell(run, act) {
  const cell = element("div", "yard-menu");
  const open = element("button", "yard-more", "⋯");
  open.type = "button";
  open.setAttribute("aria-label", `Actions for ${run.name}`);
  open.setAttribute("aria-haspopup", "menu");
  const list = element("div", "yard-actions");
  list.setAttribute("role", "menu");
  list.setAttribute("popover", "auto");
  for (const [action, label] of actionsOf(run)) {
    const item = element("button", "", label);
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.addEventListener("click", () => {
      list.hidePopover();
      act.act(run.id, action);
    });
    list.append(item);
  }
  open.addEventListener("click", () => {
    const place = open.getBoundingClientRect();
    list.showPopover();
    list.style.left = `${Math.max(8, place.right - list.offsetWidth)}px`;
    list.style.top = `${Math.min(place.bottom + 4, innerHeight - list.offsetHeight - 8)}px`;
    list.firstChild?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const items = [...list.children];
    items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
  });
  cell.append(open, list);
  return cell;
}

function row(run, act) {
  const line = element("div", "yard-row");
  line.setAttribute("role", "row");
  line.dataset.run = run.id;
  line.classList.toggle("yard-blank", !run.spark.length && !run.best_name);
  const box = checkbox("yard-box", run, act);
  const curve = element("div", `yard-spark yard-${run.status}`);
  curve.append(sparkline(run.spark));
  const best = element("div", "yard-best");
  best.append(element("span", "", run.best), element("span", "yard-quiet", run.best_name));
  const started = element("div", "yard-when", run.created);
  started.title = run.created_exactly;
  line.append(box, nameCell(run, act), stateCell(run), curve, best,
    element("div", "yard-long", run.duration), started, menuCell(run, act));
  return line;
}

function head() {
  const line = element("div", "yard-row yard-head");
  for (const name of ["", "Run", "State", "Training loss", "Best", "Duration", "Launched", ""])
    line.append(element("div", "", name));
  return line;
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = parentElement.querySelector(".yard-runs");
  const act = {
    open: (id) => setTriggerValue("open", id),
    act: (run, action) => setTriggerValue("act", { run, action, nonce: String(Date.now()) }),
    ...choosing(host, data.runs, (ids) => setStateValue("selected", ids)),
  };
  // A menu that is open would be gone: the next redraw, at most seconds later, shows the same.
  if (host.querySelector(":popover-open")) return;
  const focused = document.activeElement?.closest?.(".yard-row")?.dataset.run;
  const kind = document.activeElement?.className === "yard-box" ? ".yard-box" : "a";
  host.replaceChildren(head(), ...data.runs.map((run) => row(run, act)));
  if (focused) host.querySelector(`[data-run="${focused}"] ${kind}`)?.focus();
}
