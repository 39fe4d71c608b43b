// A long list of lines in a box that scrolls: only the blocks near what is seen are in the page, the
// others are empty boxes of the height they had. 100,000 lines are as quick as a hundred.
import { element } from "./dom.js";

const BLOCK = 50;
const LINE_PIXELS = 21;
const NEAR = "600px 0px";

export class Roll {
  // make(item): the element of a line
  constructor(box, make) {
    Object.assign(this, { box, make });
    this.items = [];
    this.blocks = [];
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? this.fill(target.block) : this.empty(target.block);
    }, { root: box, rootMargin: NEAR });
  }

  // Other lines altogether.
  replace(items) {
    for (const { root } of this.blocks) { this.observer.unobserve(root); root.remove(); }
    this.items = [];
    this.blocks = [];
    this.append(items);
  }

  append(items) {
    for (const item of items) {
      const block = this.blocks[this.blocks.length - 1];
      const place = this.items.push(item) - 1;
      if (!block || block.end - block.begin >= BLOCK) this.open(place);
      else {
        block.end++;
        if (block.full) block.root.append(this.make(item));
        else this.reserve(block);
      }
    }
  }

  open(place) {
    const root = element("div");
    const block = { root, begin: place, end: place + 1, full: false };
    root.block = block;
    this.blocks.push(block);
    this.reserve(block);
    this.box.append(root);
    this.observer.observe(root);
  }

  reserve(block) {
    block.root.style.height = `${LINE_PIXELS * (block.end - block.begin)}px`;
  }

  fill(block) {
    if (block.full) return;
    block.full = true;
    block.root.style.height = "";
    block.root.replaceChildren(...this.items.slice(block.begin, block.end).map(this.make));
  }

  empty(block) {
    if (!block.full || block === this.blocks[this.blocks.length - 1]) return;
    const height = block.root.offsetHeight;
    block.full = false;
    block.root.replaceChildren();
    block.root.style.height = `${height}px`;
  }

  // The lines that are in the page are made again, e.g. because a search marks others.
  again() {
    for (const block of this.blocks) if (block.full) { block.full = false; this.fill(block); }
  }

  // Brings a line into view.
  show(place) {
    const block = this.blocks[Math.floor(place / BLOCK)];
    if (!block) return;
    this.fill(block);
    block.root.children[place - block.begin].scrollIntoView({ block: "nearest" });
  }

  remove() {
    this.observer.disconnect();
  }
}
