// How a person looks at charts: kept in this browser for the next run, and in the address, so that
// whoever is sent the link sees the same. The address wins.
const KEY = "trainyard.charts";
const KINDS = ["step", "epoch", "time", "relative"];

export function recall(axis) {
  const given = new URLSearchParams(location.search);
  const kept = stored();
  const read = (name) => given.get(name) ?? kept[name];
  if (KINDS.includes(read("x"))) axis.kind = read("x");
  const smoothing = Number(read("smooth"));
  if (smoothing > 0 && smoothing < 1) axis.smoothing = smoothing;
  axis.log = read("log") === "1";
  axis.logX = read("logx") === "1";
}

export function keep(axis) {
  const chosen = chosenOf(axis);
  // A browser may refuse to keep anything.
  try { localStorage.setItem(KEY, JSON.stringify(chosen)); } catch { /* the address still has it */ }
  address(axis);
}

// Streamlit writes the address too, and knows nothing of ours: called again whenever it has drawn.
export function address(axis) {
  const url = new URL(location.href);
  const before = url.href;
  for (const [name, standard] of [["x", "step"], ["smooth", "0"], ["log", "0"], ["logx", "0"]]) {
    const value = chosenOf(axis)[name];
    if (value === standard) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href !== before) history.replaceState(history.state, "", url);
}

const chosenOf = ({ wanted, smoothing, log, logX }) => ({ x: wanted, smooth: String(smoothing), log: log ? "1" : "0", logx: logX ? "1" : "0" });

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY));
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}
