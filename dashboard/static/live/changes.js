// Draws nothing: wakes the page when runs changed, at most once a second.
import { View } from "./view.js";

const REST_MS = 1000;

export class ChangesView extends View {
  constructor(parent, data) {
    super(parent, data);
    this.last = 0;
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
      this.last = Date.now();
      this.component.setTriggerValue("changed", String(this.last));
    }, pause);
  }

  remove() {
    clearTimeout(this.timer);
    super.remove();
  }
}
