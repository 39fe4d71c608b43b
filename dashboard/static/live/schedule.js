// One drawing per animation frame over all charts of the page; what is off screen waits.
// Drawing everything in one frame took 6 charts from 46 to 177 ms at the median.
export class Schedule {
  constructor() {
    this.dirty = new Set();
    this.visible = new Set();
    this.armed = false;
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.visible.add(target);
        else this.visible.delete(target);
      }
      this.arm();
    }, { rootMargin: "120px" });
  }

  // `chart` has `.root` (an element), `.draw()` and `.rest` (least milliseconds between drawings).
  watch(chart) {
    this.observer.observe(chart.root);
  }

  forget(chart) {
    this.observer.unobserve(chart.root);
    this.dirty.delete(chart);
    this.visible.delete(chart.root);
  }

  mark(chart) {
    this.dirty.add(chart);
    this.arm();
  }

  arm() {
    if (this.armed || ![...this.dirty].some((chart) => this.visible.has(chart.root))) return;
    this.armed = true;
    requestAnimationFrame((now) => {
      this.armed = false;
      const next = [...this.dirty].find((chart) => this.visible.has(chart.root) && now - (chart.drawn ?? -1e9) >= (chart.rest ?? 0));
      if (next) {
        this.dirty.delete(next);
        next.drawn = now;
        next.draw();
      }
      this.arm();
    });
  }

  stop() {
    this.observer.disconnect();
    this.dirty.clear();
  }
}
