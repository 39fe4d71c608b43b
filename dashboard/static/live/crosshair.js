// One x over all charts of a view that share an axis: a line, dots on the curves, values in the keys.
// Nothing is painted anew for it, a few elements move: it follows the pointer on a dozen charts.
export class Crosshair {
  // charts(): all charts of the view; seen(chart): whether it is on the screen
  constructor(charts, seen) {
    Object.assign(this, { charts, seen });
    this.x = null;
  }

  move(source, x, y = null) {
    Object.assign(this, { x, source, y });
    for (const chart of this.charts()) if (chart.axis === source.axis && this.seen(chart)) chart.point(x, chart === source, y);
  }

  hide() {
    if (this.x === null) return;
    this.x = null;
    for (const chart of this.charts()) chart.point(null);
  }

  // After a chart was painted anew, with other points or another range.
  refresh(chart) {
    if (this.x !== null && chart.axis === this.source.axis) chart.point(this.x, chart === this.source, this.y);
  }
}
