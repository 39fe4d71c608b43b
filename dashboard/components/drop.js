// A box to drop a file on. The file goes to /uploads as it is, with its name in a header.
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes, unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return `${unit ? value.toFixed(1) : value} ${units[unit]}`;
}

function left(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s left`;
  return `${Math.ceil(seconds / 60)} min left`;
}

// What is under way, by box: a redraw of the page must not end an upload.
const SENDING = new WeakMap();

function send(box, file, done) {
  const request = new XMLHttpRequest();
  SENDING.set(box, request);
  const name = element("p", "yard-name", file.name), way = element("div", "yard-way");
  const bar = element("span"), state = element("p", "yard-hint", "Starting …");
  const cancel = element("button", "", "Cancel");
  way.setAttribute("role", "progressbar");
  way.setAttribute("aria-label", `Uploading ${file.name}`);
  way.append(bar);
  cancel.type = "button";
  cancel.addEventListener("click", () => request.abort());
  box.replaceChildren(name, way, state, cancel);
  const begun = performance.now();
  request.upload.addEventListener("progress", (event) => {
    const share = event.total ? event.loaded / event.total : 1;
    const passed = (performance.now() - begun) / 1000;
    bar.style.width = `${100 * share}%`;
    way.setAttribute("aria-valuenow", Math.round(100 * share));
    const rest = passed > 1 && share < 1 ? `, ${left(passed / share - passed)}` : "";
    state.textContent = `${size(event.loaded)} of ${size(event.total)}${rest}`;
  });
  const end = (wrong) => { SENDING.delete(box); done(wrong); };
  request.addEventListener("load", () => {
    if (request.status === 200) end(null, state.textContent = "Arrived. Opening …");
    else end(request.responseText.trim() || `The server answered ${request.status}.`);
  });
  request.addEventListener("abort", () => end(""));
  request.addEventListener("error", () =>
    end("The connection broke before the file had arrived. Is Trainyard still running? Drop the file again."));
  request.open("POST", new URL("uploads", document.baseURI));
  request.setRequestHeader("x-file-name", encodeURIComponent(file.name));
  request.responseType = "text";
  request.send(file);
  return request;
}

function empty(box, data, start, wrong) {
  const input = element("input");
  input.type = "file";
  input.accept = data.accepts;
  input.setAttribute("aria-label", "Choose a file");
  input.addEventListener("change", () => input.files.length && start(input.files[0]));
  const line = element("p"), button = element("button", "", "choose one");
  button.type = "button";
  button.addEventListener("click", () => input.click());
  line.append("Drop a file here, or ", button);
  box.replaceChildren(line, element("p", "yard-hint", data.hint), input);
  if (wrong) {
    const said = element("p", "yard-wrong", wrong);
    said.setAttribute("role", "alert");
    box.append(said);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".yard-drop");
  const start = (file) => {
    const request = send(box, file, (wrong) => {
      if (wrong === null) setTriggerValue("arrived", JSON.parse(request.responseText).id);
      else empty(box, data, start, wrong);
    });
  };
  if (SENDING.has(box)) return;
  empty(box, data, start, "");
  box.ondragover = (event) => { event.preventDefault(); box.classList.add("yard-over"); };
  box.ondragleave = () => box.classList.remove("yard-over");
  box.ondrop = (event) => {
    event.preventDefault();
    box.classList.remove("yard-over");
    if (SENDING.has(box)) return;
    const files = event.dataTransfer.files;
    if (files.length === 1) start(files[0]);
    else empty(box, data, start, files.length ? `${files.length} files were dropped; drop them one after the other.` : "");
  };
}
