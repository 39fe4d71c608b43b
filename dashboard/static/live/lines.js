// Lines and bands on a canvas. Of a line with many points in a column of pixels the stretch from its
// lowest to its highest place there is painted, which is what all of its points would paint.
import { search } from "./extremes.js";

const TALL = 4;
const FEW_POINTS = 150;
const DASHES = { dash: [8, 5], dot: [2, 4], dashdot: [8, 4, 2, 4] };

export function paintLine(context, { x, y, line, opacity = 1, mode, marker }, { x: placeX, y: placeY }, left, right) {
  context.globalAlpha = opacity;
  context.strokeStyle = line.color;
  context.lineWidth = line.width;
  context.fillStyle = line.color;
  context.setLineDash(DASHES[line.dash] ?? []);
  const first = Math.max(0, search(x, placeX.inverse(left)) - 1);
  const end = Math.min(x.length, search(x, placeX.inverse(right)) + 2);
  // Round joins double the time of a long line, where they are not seen.
  context.lineJoin = end - first < FEW_POINTS ? "round" : "bevel";
  context.beginPath();
  // Transparent columns must not lie over each other.
  trace(context, x, y, first, end, placeX, placeY, opacity < 1 ? 1 : Math.max(1, Math.round(line.width)));
  context.stroke();
  context.setLineDash([]);
  if (mode.includes("markers")) dots(context, x, y, first, end, placeX, placeY, marker);
  else alone(context, x, y, first, end, placeX, placeY, line);
  context.globalAlpha = 1;
}

// Columns that are taller than the line is wide are filled as rectangles: as strokes back and forth
// they took ten times as long.
function trace(context, x, y, first, end, placeX, placeY, wide) {
  let open = false, column = NaN, last = 0, low = 0, high = 0;
  const close = (px) => {
    if (high - low <= TALL) return;
    context.fillRect(column, low - 0.5, wide, high - low + 1);
    context.moveTo(px, last);
  };
  let far = 0;
  for (let i = first; i < end; i++) {
    const px = placeX(x[i]);
    const py = y[i] === null ? NaN : placeY(y[i]);
    if (!Number.isFinite(py) || !Number.isFinite(px)) { if (open) close(far); open = false; continue; }
    const here = Math.floor(px);
    if (open && here === column) {
      if (py < low) low = py;
      if (py > high) high = py;
      if (high - low <= TALL) context.lineTo(px, py);
    } else if (open) {
      close(far);
      context.lineTo(px, py);
      low = high = py;
    } else {
      context.moveTo(px, py);
      low = high = py;
    }
    open = true;
    column = here;
    far = px;
    last = py;
  }
  if (open) close(far);
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
