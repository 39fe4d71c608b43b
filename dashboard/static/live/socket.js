// The page's WebSocket: says hello, hands on frames, comes back by itself after every loss.
import { decode } from "./frames.js";

const REFUSED = 4401;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;

export class Connection {
  // hello(): the first message; opened(): it is said; frame({header, curves});
  // state("live" | "waiting"); refused()
  constructor({ hello, opened, frame, state, refused }) {
    Object.assign(this, { hello, opened, frame, state, refused });
    this.wait = FIRST_WAIT_MS;
    this.open();
  }

  open() {
    // This file is <base>/live/static/<version>/live/socket.js, wherever the dashboard lives.
    const url = new URL("../../../ws", import.meta.url);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      socket.send(JSON.stringify(this.hello()));
      this.opened();
    };
    socket.onmessage = ({ data }) => {
      this.wait = FIRST_WAIT_MS;
      this.state("live");
      this.frame(decode(data));
    };
    socket.onclose = ({ code }) => this.lost(code);
    this.socket = socket;
  }

  // Said only while there is somebody to hear it; who needs an answer asks again in opened().
  say(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  lost(code) {
    if (this.closed) return;
    this.state("waiting");
    if (code === REFUSED) this.refused();
    const pause = this.wait * (0.5 + Math.random());
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    this.timer = setTimeout(() => this.open(), pause);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
