// Puts our style sheet into the page, once.
import { element } from "./dom.js";

const href = new URL("live.css", import.meta.url).href;

export function style() {
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(element("link", { rel: "stylesheet", href }));
}
