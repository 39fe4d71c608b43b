// What every view shares: the root element, the connection and its ticket, the word to Streamlit.
import { element, setText } from "./dom.js";
import { Connection } from "./socket.js";

const PATIENCE_MS = 1500;
const NOTICE_MS = 6000;

export class View {
  constructor(parent, data) {
    this.data = data;
    this.ticket = data.token;
    this.positions = new Map();
    this.root = element("div", { class: "ty-live" });
    this.note = element("p", { class: "ty-note", role: "status" });
    this.note.hidden = true;
    this.root.append(this.note);
    parent.append(this.root);
  }

  connect() {
    this.connection = new Connection({
      hello: () => ({ ...this.hello(), positions: Object.fromEntries(this.positions), token: this.ticket }),
      opened: () => this.opened(),
      frame: (frame) => this.receive(frame),
      state: (state) => this.connectionIs(state),
      refused: () => this.component?.setTriggerValue("ticket", Date.now()),
    });
  }

  receive(frame) {
    const { kind, token, run, position } = frame.header;
    if (kind === "ticket") this.ticket = token;
    else this.frame(frame);
    // What is known of each run: after a lost connection the server goes on from there.
    if (position && (kind === "snapshot" || kind === "delta")) this.positions.set(run, position);
  }

  ask(message) {
    this.connection.say(message);
  }

  // A sentence that goes away by itself.
  notice(sentence) {
    setText(this.note, sentence);
    this.note.hidden = false;
    clearTimeout(this.noticed);
    this.noticed = setTimeout(() => { this.note.hidden = this.patience === undefined; }, NOTICE_MS);
  }

  opened() {}

  // Says nothing about short losses: a restart of the dashboard takes two seconds.
  connectionIs(state) {
    if (state === "live") {
      clearTimeout(this.patience);
      this.patience = undefined;
      this.note.hidden = true;
    } else this.patience ??= setTimeout(() => {
      setText(this.note, "Connection lost. Reconnecting… What trains goes on meanwhile.");
      this.note.hidden = false;
    }, PATIENCE_MS);
  }

  // Same subject: keep everything. Only a new subject mounts a new view.
  fits(data) {
    return data.view === this.data.view && data.subject === this.data.subject;
  }

  update(component) {
    const again = this.component !== undefined;
    this.component = component;
    this.data = component.data;
    this.ticket = component.data.token;
    if (again) this.redraw();
    else this.placed();
  }

  // The component is there: from now on the page can be told.
  placed() {}

  // Wakes the Streamlit page when its own panels have something new to show. What the page knew
  // when it was drawn (`seen`) is no news.
  announce(signature, status) {
    const before = this.signature;
    this.signature = signature;
    const news = before === undefined ? this.data.seen && this.data.seen !== status : before !== signature;
    if (news) this.component?.setTriggerValue("changed", signature);
  }

  redraw() {}

  remove() {
    clearTimeout(this.patience);
    clearTimeout(this.noticed);
    this.connection.close();
    this.root.remove();
  }
}
