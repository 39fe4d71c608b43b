// Lines and bands on a canvas. A line of any number of points is painted column of pixels by column:
// its first, lowest, highest and last place there, which is what all of its points would paint.
import { search } from "./extremes.js";

const DASHES = { dash: [8, 5], dot: [2, 4], dashdot: [8, 4, 2, 4] };

export function paintLine(context, { x, y, line, opacity = 1, mode, marker }, { x: placeX, y: placeY }, left, right) {
  context.globalAlpha = opacity;
  context.strokeStyle = line.color;
  context.lineWidth = line.width;
  context.lineJoin = "round";
  context.setLineDash(DASHES[line.dash] ?? []);
  const first = Math.max(0, search(x, placeX.inverse(left)) - 1);
  const end = Math.min(x.length, search(x, placeX.inverse(right)) + 2);
  context.beginPath();
  trace(context, x, y, first, end, placeX, placeY);
  context.stroke();
  context.setLineDash([]);
  if (mode.includes("markers")) dots(context, x, y, first, end, placeX, placeY, marker);
  else alone(context, x, y, first, end, placeX, placeY, line);
  context.globalAlpha = 1;
}

function trace(context, x, y, first, end, placeX, placeY) {
  let open = false, column = NaN, last = 0, low = 0, high = 0, entered = 0, far = 0;
  const close = () => {
    // Within a column the order does not matter to the picture, the ends do.
    if (low !== entered || high !== entered) { context.lineTo(far, low); context.lineTo(far, high); context.lineTo(far, last); }
  };
  for (let i = first; i < end; i++) {
    const px = placeX(x[i]);
    const py = y[i] === null ? NaN : placeY(y[i]);
    if (!Number.isFinite(py) || !Number.isFinite(px)) { if (open) close(); open = false; continue; }
    const here = Math.floor(px);
    if (open && here === column) {
      if (py < low) low = py;
      if (py > high) high = py;
      last = py;
      continue;
    }
    if (open) { close(); context.lineTo(px, py); }
    else context.moveTo(px, py);
    open = true;
    column = here;
    far = px;
    entered = low = high = last = py;
  }
  if (open) close();
}

function dots(context, x, y, first, end, placeX, placeY, { size, color }) {
  context.fillStyle = color;
  for (let i = first; i < end; i++) dot(context, placeX(x[i]), y[i] === null ? NaN : placeY(y[i]), size / 2);
}

// A point between two gaps has no line to be seen by.
function alone(context, x, y, first, end, placeX, placeY, { color, width }) {
  context.fillStyle = color;
  const there = (i) => i >= 0 && i < x.length && Number.isFinite(y[i]) && y[i] !== null;
  for (let i = first; i < end; i++) if (there(i) && !there(i - 1) && !there(i + 1)) dot(context, placeX(x[i]), placeY(y[i]), width + 0.5);
}

function dot(context, px, py, radius) {
  if (!Number.isFinite(px) || !Number.isFinite(py)) return;
  context.beginPath();
  context.arc(px, py, radius, 0, 2 * Math.PI);
  context.fill();
}

// A closed outline.
export function paintBand(context, { x, y, fillcolor, opacity = 1 }, { x: placeX, y: placeY }) {
  context.globalAlpha = opacity;
  context.fillStyle = fillcolor;
  context.beginPath();
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [placeX(x[i]), placeY(y[i])];
    if (Number.isFinite(px) && Number.isFinite(py)) context.lineTo(px, py);
  }
  context.fill();
  context.globalAlpha = 1;
}
