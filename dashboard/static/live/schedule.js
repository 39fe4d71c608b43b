// All painting of a page: within each animation frame charts are painted until a share of it is
// used up, the others follow in the next ones; what is off screen waits. A tab in the background gets
// no frames, so however much arrives there, each chart is painted once when it comes back.
const BUDGET_MS = 8;

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

  sees(chart) {
    return this.visible.has(chart.root);
  }

  // A person has done something: what rests is painted in the next frame.
  hurry() {
    for (const chart of this.dirty) chart.drawn = undefined;
    this.arm();
  }

  arm() {
    if (this.armed) return;
    clearTimeout(this.timer);
    const wait = this.wait(performance.now());
    if (wait === Infinity) return;
    if (wait > 16) {
      this.timer = setTimeout(() => this.arm(), wait);
      return;
    }
    this.armed = true;
    requestAnimationFrame((now) => {
      this.armed = false;
      this.paint(now);
      this.arm();
    });
  }

  // Milliseconds until the first visible chart may be painted.
  wait(now) {
    let least = Infinity;
    for (const chart of this.dirty) if (this.sees(chart)) least = Math.min(least, Math.max(0, (chart.drawn ?? -Infinity) + (chart.rest ?? 0) - now));
    return least;
  }

  paint(now) {
    const ready = [...this.dirty].filter((chart) => this.sees(chart) && now - (chart.drawn ?? -Infinity) >= (chart.rest ?? 0));
    for (const chart of ready) {
      this.dirty.delete(chart);
      chart.drawn = now;
      chart.draw();
      if (performance.now() - now > BUDGET_MS) return;
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    this.dirty.clear();
  }
}
