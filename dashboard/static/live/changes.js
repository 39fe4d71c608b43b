// Draws nothing: wakes the page when runs changed, at most once a second; sees which run is opened.
import { opening, pressed } from "./ahead.js";
import { View } from "./view.js";

const REST_MS = 1000;

export class ChangesView extends View {
  constructor(parent, data) {
    super(parent, data);
    this.last = 0;
    this.pressed = (event) => pressed(event, this.data, parent);
    document.addEventListener("click", this.pressed, true);
    this.connect();
  }

  hello() {
    return { changes: true };
  }

  frame({ header }) {
    if (header.kind !== "changed" || this.timer) return;
    const pause = Math.max(0, this.last + REST_MS - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      // The page is about to be left: drawing it anew would take what the charts need.
      if (opening()) return;
      this.last = Date.now();
      this.component.setTriggerValue("changed", String(this.last));
    }, pause);
  }

  remove() {
    document.removeEventListener("click", this.pressed, true);
    clearTimeout(this.timer);
    super.remove();
  }
}
