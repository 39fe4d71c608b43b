"""A headless Chromium, and when things are on its screen.

On screen means: the second animation frame after the figure holds the point. Points carry their own
wall-clock time, and browser and writer share one clock because they share one machine.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobs.home import Home

BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOSS = ":is(.stMain, .ty-ahead[data-shown]) [data-chart=loss] .ty-plot"
"""in the page or shown ahead of it: what is made behind the page is not on screen"""

FIGURE = f"document.querySelector('{LOSS}')"

STEPS_SEEN = f"""() => {{
  window.seen = [];
  const newest = () => {{
    const x = {FIGURE}.data[0].x;
    return x[x.length - 1];
  }};
  let last = newest();
  const look = () => {{
    const now = newest();
    if (now > last) {{
      const from = last;
      last = now;
      requestAnimationFrame(() => {{
        const time = Date.now();
        for (let step = from + 1; step <= now; step++) window.seen.push([step, time]);
      }});
    }}
    requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}}"""
"""remembers when each new step came on screen"""

DRAWN_AT = """([selector, traces]) => new Promise((done) => {
  const look = () => {
    const data = document.querySelector(selector)?.data ?? [];
    if (data.filter(({ x, mode }) => mode.includes("lines") && x.length > 1).length >= traces)
      requestAnimationFrame(() => done(Date.now()));
    else requestAnimationFrame(look);
  };
  look();
})"""
"""the moment a figure with so many curves is on screen"""

FRAMES = """() => {
  window.frames_seen = [];
  let before = performance.now();
  const look = (now) => {
    window.frames_seen.push(now - before);
    before = now;
    window.counting = requestAnimationFrame(look);
  };
  window.counting = requestAnimationFrame((now) => { before = now; look(now); });
}"""
"""from now on the time between frames is written down"""

FRAMES_SEEN = "() => { cancelAnimationFrame(window.counting); return window.frames_seen.slice(1) }"


@contextmanager
def browser() -> Iterator[Any]:
    """A Chromium of the system."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("This benchmark needs a browser: apt-get install chromium.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=BROWSER)
        yield chromium
        chromium.close()


def log_in(page: Any, home: Home, port: int) -> None:
    """Opens the first page with the token, as soon as there is somebody to answer."""
    from playwright.sync_api import Error

    deadline = time.monotonic() + 60
    while True:
        try:
            page.goto(f"http://127.0.0.1:{port}/?token={home.token.read_text()}")
            return
        except (Error, FileNotFoundError):
            if time.monotonic() > deadline:
                raise
            # The page is not served yet.
            time.sleep(0.2)


def drawn_at(page: Any, selector: str = LOSS, traces: int = 1) -> float:
    """Milliseconds since 1970 of the moment when the figure has its curves."""
    return float(page.evaluate(DRAWN_AT, [selector, traces]))


def heap_megabytes(page: Any) -> float:
    """What the page's own objects take, after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return next(float(m["value"]) for m in metrics if m["name"] == "JSHeapUsedSize") / 1e6


def pressed_at(page: Any, event: str, name: str) -> None:
    """Has the page write down when the next `event` comes, as `window[name]`."""
    page.evaluate(
        "([event, name]) => addEventListener("
        "event, () => { window[name] = Date.now() }, { capture: true, once: true })",
        [event, name],
    )


def settle(page: Any) -> None:
    """What a person waits for before the next click: nothing moves any more."""
    page.wait_for_function("() => !document.querySelector('[data-test-script-state=running]')")
    page.wait_for_timeout(500)
