// Marks of what happened, and lines and areas across a chart, by the names Plotly has for them.
const DASHES = { dash: [6, 4], dot: [2, 3], dashdot: [6, 3, 2, 3] };

const SYMBOLS = {
  circle: (context, r) => context.arc(0, 0, r, 0, 2 * Math.PI),
  square: (context, r) => context.rect(-r, -r, 2 * r, 2 * r),
  diamond: (context, r) => corners(context, [[0, -r], [r, 0], [0, r], [-r, 0]]),
  "triangle-up": (context, r) => corners(context, [[0, -r], [r, 0.8 * r], [-r, 0.8 * r]]),
  "triangle-down": (context, r) => corners(context, [[0, r], [r, -0.8 * r], [-r, -0.8 * r]]),
  star: (context, r) => corners(context, Array.from({ length: 10 }, (_, i) => {
    const [size, turn] = [i % 2 ? 0.45 * r : r, Math.PI * (i / 5 - 0.5)];
    return [size * Math.cos(turn), size * Math.sin(turn)];
  })),
};
const STROKES = {
  "x-thin": [[-1, -1, 1, 1], [-1, 1, 1, -1]],
  "cross-thin": [[-1, 0, 1, 0], [0, -1, 0, 1]],
  "line-ns": [[0, -1, 0, 1]],
};

function corners(context, points) {
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
}

export function paintMarks(context, { x, y, marker }, placeX, placeY) {
  const symbol = marker.symbol ?? "circle";
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [placeX(x[i]), placeY(y[i])];
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    context.save();
    context.translate(px, py);
    context.fillStyle = context.strokeStyle = Array.isArray(marker.color) ? marker.color[i] : marker.color;
    paintSymbol(context, symbol, (Array.isArray(marker.size) ? marker.size[i] : marker.size) / 2);
    context.restore();
  }
}

function paintSymbol(context, symbol, radius) {
  const strokes = STROKES[symbol.replace("-open", "")];
  context.beginPath();
  if (strokes) {
    for (const [x0, y0, x1, y1] of strokes) { context.moveTo(x0 * radius, y0 * radius); context.lineTo(x1 * radius, y1 * radius); }
  } else (SYMBOLS[symbol.replace("-open", "")] ?? SYMBOLS.circle)(context, radius);
  context.lineWidth = 2;
  if (strokes || symbol.endsWith("-open")) context.stroke();
  else context.fill();
}

// Lines and areas of the whole height.
export function paintShapes(context, shapes, placeX, { top, bottom }) {
  for (const { type, x0, x1, line, fillcolor, opacity = 1 } of shapes) {
    const [from, to] = [placeX(x0), placeX(x1)];
    context.globalAlpha = opacity;
    if (type === "rect") {
      context.fillStyle = fillcolor;
      context.fillRect(from, top, to - from, bottom - top);
    } else {
      context.strokeStyle = line.color;
      context.lineWidth = line.width ?? 1;
      context.setLineDash(DASHES[line.dash] ?? []);
      context.beginPath();
      context.moveTo(from, top);
      context.lineTo(to, bottom);
      context.stroke();
      context.setLineDash([]);
    }
    context.globalAlpha = 1;
  }
}
