// What the charts of a view share: axis, painting, cross-hair, windows, and their controls.
import { Axis } from "./axis.js";
import { address, keep, recall } from "./choices.js";
import { Crosshair } from "./crosshair.js";
import { whole } from "./format.js";
import { Schedule } from "./schedule.js";
import { Strip } from "./strip.js";
import { toolbar } from "./toolbar.js";
import { Windows } from "./windows.js";

export class Stage {
  // runs(): [[id, scale]]; charts(): all charts; edges(): the whole stretch of x; redraw(): marks all
  // charts; send(object): to the server; pixels(): width of a chart; refused(sentence)
  constructor({ runs, charts, edges, redraw, send, pixels, refused }) {
    this.redraw = redraw;
    this.schedule = new Schedule();
    this.axis = new Axis((changes) => this.changed(changes));
    recall(this.axis);
    this.crosshair = new Crosshair(charts, (chart) => this.schedule.sees(chart));
    this.windows = new Windows(this.axis, { runs, send, pixels, refused, arrived: () => { redraw(); this.schedule.hurry(); } });
    this.bar = toolbar(this.axis);
    this.strip = new Strip(this.axis, edges);
    address(this.axis);
  }

  changed(changes) {
    if (!("range" in changes) || "kind" in changes) keep(this.axis);
    this.show();
    this.windows.look();
    this.redraw();
    this.schedule.hurry();
  }

  // The controls, which stand empty as long as there is nothing to see.
  show(nothing = false) {
    this.bar.show();
    this.strip.show();
    this.bar.hidden = nothing;
    if (nothing) this.strip.root.hidden = true;
  }

  // What an answer of the server says, if it is one to a window.
  receive({ header, curves }) {
    if (header.kind === "window") this.windows.answer(header, curves);
    else if (header.kind === "refused") this.windows.decline(header);
    else return false;
    return true;
  }

  // How complete what is drawn is: beyond some points the extremes of each stretch stand for all.
  sign(shown) {
    const seen = ({ length, steps }) => !this.axis.range || (length && this.axis.at(steps[length - 1]) >= this.axis.range[0]);
    const curves = shown.flatMap(({ measured, before }) => [...measured.folds.values(), ...(before ? [before.newest].filter(seen) : [])]);
    if (!curves.length) return "";
    if (curves.every((curve) => curve.whole)) return this.axis.range ? "every point" : "";
    const total = curves.reduce((sum, curve) => sum + curve.total, 0);
    return Number.isFinite(total) ? `extremes of ${whole(total)} points` : "extremes; zoom in for every point";
  }

  stop() {
    this.windows.stop();
    this.schedule.stop();
  }
}
