"""`python -m bench live`: from `emit()` to the screen, and from the press on Launch to the curve.

On screen means: the second animation frame after the figure holds the step. The step carries its
own wall-clock time, and browser and writer share one clock because they share one machine.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bench.stand import process, stand
from bench.writer import Writer, save
from jobs.home import Home
from jobs.yard import Yard

POINTS = 150
LAUNCHES = 12
PERIOD_SECONDS = 0.1
EMIT_TARGET_MS = 250
LAUNCH_TARGET_MS = 2000
BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIGURE = "document.querySelector('[data-chart=loss] .ty-plot')"
WATCH = f"""() => {{
  window.seen = [];
  let last = Math.max(...{FIGURE}.data[0].x);
  const look = () => {{
    const trace = {FIGURE}.data[0];
    const now = trace.x[trace.x.length - 1];
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
FIRST_POINT = f"""() => new Promise((done) => {{
  const look = () => {{
    if ({FIGURE}?.data?.[0]?.x.length) requestAnimationFrame(() => done(Date.now()));
    else requestAnimationFrame(look);
  }};
  look();
}})"""


def main(arguments: list[str]) -> int:
    """Prints both tables. `emit` or `launch` as argument measures only that. 1: a target missed."""
    wanted = arguments or ["emit", "launch"]
    missed = False
    with ExitStack() as stack:
        home = stack.enter_context(stand())
        stack.enter_context(process("jobs.recorder"))
        if "launch" in wanted:
            stack.enter_context(process("jobs.worker"))
        port = _free_port()
        stack.enter_context(process("dashboard", TRAINYARD_PORT=str(port)))
        page = stack.enter_context(browser_page())
        _log_in(page, home, port)
        if "emit" in wanted:
            times = emit_to_pixel(page, home, port)
            missed |= report("emit() → drawn point", times, EMIT_TARGET_MS)
        if "launch" in wanted:
            times = launch_to_point(page, port)
            missed |= report("press on Launch → first loss point", times, LAUNCH_TARGET_MS)
    return int(missed)


def emit_to_pixel(page: Any, home: Home, port: int) -> list[float]:
    """Milliseconds for each of `POINTS` steps, ten a second."""
    yard = Yard.open(home)
    writer = Writer(yard, save(yard), total_steps=10_000)
    writer.begin()
    writer.steps(200)
    page.goto(f"http://127.0.0.1:{port}/run?id={writer.run_id}")
    page.wait_for_function(f"() => {FIGURE}?.data?.[0]?.x.length >= 200")
    page.evaluate(WATCH)
    emitted: dict[int, float] = {}
    for _ in range(POINTS):
        # The pace is part of what is measured: ten points a second.
        time.sleep(PERIOD_SECONDS)
        emitted[writer.step + 1] = time.time() * 1000
        writer.steps(1)
    page.wait_for_function("(step) => window.seen.some(([s]) => s >= step)", arg=writer.step)
    seen = {int(step): float(at) for step, at in page.evaluate("() => window.seen")}
    writer.close()
    yard.close()
    return [seen[step] - at for step, at in emitted.items()]


def launch_to_point(page: Any, port: int) -> list[float]:
    """Milliseconds for each of `LAUNCHES` presses on the button, the forkserver being warm."""
    times = []
    for number in range(LAUNCHES + 1):
        page.goto(f"http://127.0.0.1:{port}/")
        button = page.get_by_role("button", name="Launch", exact=True)
        button.wait_for()
        page.wait_for_timeout(1500)
        pressed = time.time() * 1000
        button.click()
        drawn = page.evaluate(FIRST_POINT)
        # The first one finds a cold forkserver and an unparsed data set.
        if number:
            times.append(drawn - pressed)
        _stop(page)
    return times


def _stop(page: Any) -> None:
    """Frees the worker for the next launch."""
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Stop the run").click()
    page.locator(".ty-state[data-state=stopped], .ty-state[data-state=finished]").wait_for()


def report(what: str, times: list[float], target: float) -> bool:
    """Prints one row. Whether the target was missed."""
    ordered = sorted(times)
    p50 = statistics.median(ordered)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    verdict = "ok" if p95 < target else "MISSED"
    print(f"{'':38}{'n':>5}{'p50 ms':>9}{'p95 ms':>9}{'worst':>9}{'target':>9}")
    print(
        f"{what:38}{len(ordered):5}{p50:9.0f}{p95:9.0f}{ordered[-1]:9.0f}{target:9.0f}  {verdict}"
    )
    return p95 >= target


@contextmanager
def browser_page() -> Iterator[Any]:
    """A page of a headless Chromium."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("This benchmark needs a browser: apt-get install chromium.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=BROWSER)
        yield chromium.new_page(viewport={"width": 1440, "height": 1000})
        chromium.close()


def _log_in(page: Any, home: Home, port: int) -> None:
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


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
