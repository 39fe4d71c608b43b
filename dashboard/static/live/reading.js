// What the cross-hair shows on one chart: where it is, dots on the curves, and a note beside it.
import { element } from "./dom.js";
import { duration, whole } from "./format.js";
import { since } from "./ticks.js";

const MOST_LINES = 8;
const TIME = new Intl.DateTimeFormat(undefined, { timeZone: "UTC", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export class Reading {
  constructor(plot) {
    this.line = element("div", { class: "ty-cross" });
    this.dots = element("div", { class: "ty-dots" });
    this.tip = element("div", { class: "ty-tip" });
    this.root = element("div", { class: "ty-reading", children: [this.line, this.dots, this.tip] });
    this.root.hidden = true;
    plot.append(this.root);
  }

  // lines: [{colour, text}] below the title, which only the chart under the pointer has
  show(figure, x, { points, title, lines }) {
    const { left, right, top, bottom } = figure.area;
    const place = figure.x?.(x);
    this.root.hidden = !(place >= left - 0.5 && place <= right + 0.5);
    if (this.root.hidden) return;
    this.line.style.cssText = `top: ${top}px; height: ${bottom - top}px; transform: translateX(${place}px)`;
    this.showDots(points.filter(({ x: at, y }) => Number.isFinite(y) && figure.x(at) >= left && figure.x(at) <= right), figure);
    this.tip.hidden = !title;
    if (!title) return;
    this.tip.replaceChildren(element("b", { text: title }), ...lines.slice(0, MOST_LINES).map(({ colour, text }) =>
      element("span", { children: [...(colour ? [element("i", { style: `background: ${colour}` })] : []), text] })));
    const after = place < (left + right) / 2;
    this.tip.style.cssText = `top: ${top}px; max-width: ${Math.max(120, (right - left) / 2 - 16)}px; ${after ? `left: ${place + 8}px` : `right: ${figure.width - place + 8}px`}`;
  }

  showDots(points, figure) {
    while (this.dots.children.length > points.length) this.dots.lastChild.remove();
    while (this.dots.children.length < points.length) this.dots.append(element("i"));
    for (const [i, { x, y, colour }] of points.entries()) {
      this.dots.children[i].style.cssText = `background: ${colour}; transform: translate(${figure.x(x)}px, ${figure.y(y)}px)`;
    }
  }

  hide() {
    this.root.hidden = true;
  }
}

// A place on the axis in words.
export function placeText(kind, x, stepsPerEpoch) {
  if (kind === "step") return `Step ${whole(x)}`;
  if (kind === "epoch") return `Epoch ${x.toFixed(Math.max(0, Math.min(4, Math.ceil(Math.log10(stepsPerEpoch || 1)))))}`;
  if (kind === "time") return TIME.format(x);
  return x < 60_000 ? since(x) : duration(x / 1000);
}
