// The queue: rows are dragged by their handle, or moved by buttons and Alt with the arrow keys.

function button(className, text, label, does) {
  const made = element("button", className, text);
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", does);
  return made;
}

function nameCell(run, act) {
  const cell = element("div", "yard-waiter");
  const link = runLink(run, act);
  const about = element("div", "yard-faint yard-of");
  if (run.priority) about.append(element("span", "yard-level", run.priority));
  about.append(element("span", "", run.what));
  cell.append(link, about);
  return cell;
}

function moves(run, place, act) {
  const cell = element("div", "yard-moves");
  const up = button("yard-up", "↑", `Move ${run.name} up`, () => act.shift(place, -1));
  const down = button("yard-down", "↓", `Move ${run.name} down`, () => act.shift(place, 1));
  up.disabled = !act.can(place, -1);
  down.disabled = !act.can(place, 1);
  cell.append(up, down);
  return cell;
}

function handle(line, run, act) {
  const grip = element("span", "yard-grip", "⠿");
  grip.setAttribute("aria-hidden", "true");
  grip.title = "Drag to another place";
  // Only the handle begins a drag: names can be selected as text.
  grip.addEventListener("pointerdown", () => { line.draggable = true; });
  line.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/plain", run.id);
    event.dataTransfer.effectAllowed = "move";
    act.dragged = run.id;
    line.classList.add("yard-dragged");
  });
  line.addEventListener("dragend", () => { act.dragged = null; line.draggable = false; line.classList.remove("yard-dragged"); });
  line.addEventListener("dragover", (event) => {
    if (!act.dragged) return;
    event.preventDefault();
    line.classList.toggle("yard-below", below(line, event));
    line.classList.toggle("yard-above", !below(line, event));
  });
  const leave = () => line.classList.remove("yard-above", "yard-below");
  line.addEventListener("dragleave", leave);
  line.addEventListener("drop", (event) => {
    event.preventDefault();
    leave();
    if (act.dragged && act.dragged !== run.id) act.drop(act.dragged, run.id, below(line, event));
  });
  return grip;
}

function below(line, event) {
  const { top, height } = line.getBoundingClientRect();
  return event.clientY > top + height / 2;
}

function row(run, place, act) {
  const line = element("div", "yard-wait");
  line.setAttribute("role", "row");
  line.dataset.run = run.id;
  line.dataset.status = run.status;
  const box = checkbox("yard-pick", run, act);
  const number = element("div", "yard-number", run.number || "Paused");
  const why = element("div", "yard-why", run.why);
  const starts = element("div", "yard-starts", run.starts);
  starts.title = run.starts_exactly;
  line.append(handle(line, run, act), box, number, nameCell(run, act), why, starts, moves(run, place, act));
  line.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || !by) return;
    event.preventDefault();
    act.shift(place, by);
  });
  return line;
}

function head() {
  const line = element("div", "yard-wait yard-wait-head");
  for (const name of ["", "", "Place", "Run", "Why it waits", "Starts", ""]) line.append(element("div", "", name));
  return line;
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = parentElement.querySelector(".yard-queue");
  const { runs, after } = data;
  const act = {
    dragged: null,
    open: (id) => setTriggerValue("open", id),
    ...choosing(host, runs, (ids) => setStateValue("selected", ids)),
    can: (place, by) => place + by >= 0 && place + by < runs.length,
    put: (run, before) => setTriggerValue("move", { run, before, nonce: String(Date.now()) }),
    shift: (place, by) => {
      if (act.can(place, by)) act.put(runs[place].id, by < 0 ? runs[place - 1].id : runs[place + 2]?.id ?? after);
    },
    drop: (run, target, behind) => {
      const place = runs.findIndex(({ id }) => id === target) + (behind ? 1 : 0);
      act.put(run, runs[place]?.id ?? after);
    },
  };
  if (host.querySelector(".yard-dragged")) return;
  const focused = document.activeElement?.closest?.(".yard-wait")?.dataset.run;
  const kind = document.activeElement?.className;
  host.replaceChildren(head(), ...runs.map((run, place) => row(run, place, act)));
  if (!focused || !kind?.startsWith("yard-")) return;
  const line = host.querySelector(`[data-run="${focused}"]`);
  // At an end its button cannot be pressed again: the other one keeps the focus.
  const next = line?.querySelector(`.${kind}:not(:disabled)`) ?? line?.querySelector("button:not(:disabled)");
  next?.focus();
}
