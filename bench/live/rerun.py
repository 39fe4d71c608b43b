"""The usual way, to compare with: a Streamlit page that draws `st.plotly_chart` anew every second.

The same server, the same run, the same number of points; the page is `rerun_page.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from bench.live.emit import PERIOD_SECONDS, POINTS, processor
from bench.row import Row, spread
from bench.writer import Writer, save
from jobs.home import Home
from jobs.yard import Yard

PAGE = Path(__file__).with_name("rerun_page.py")
DRAWN = """() => {
  window.seen = [];
  let last = 0;
  const look = () => {
    const data = document.querySelector('.js-plotly-plot')?._fullData;
    const x = data?.[0]?.x ?? [];
    const now = x[x.length - 1] ?? 0;
    if (now > last) {
      const from = last;
      last = now;
      requestAnimationFrame(() => {
        const time = Date.now();
        for (let step = from + 1; step <= now; step++) window.seen.push([step, time]);
      });
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def measure(page: Any, home: Home, port: int) -> list[Row]:
    """Delay and processor of a page that is drawn anew each second."""
    yard = Yard.open(home)
    writer = Writer(yard, save(yard), total_steps=10_000)
    writer.begin()
    writer.steps(1_000)
    with _served(port, writer.run_id) as server:
        delays, cpu = _delays(page, port, writer, server)
    writer.close()
    yard.close()
    return [
        Row("beside it, `st.plotly_chart` drawn anew every second, 1 viewer", spread(delays)),
        Row("  processor of its server, of one core", f"{cpu:.1f} % with 1 viewer"),
    ]


@contextmanager
def _served(port: int, run_id: str) -> Iterator[psutil.Process]:
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    command = [sys.executable, "-m", "streamlit", "run", str(PAGE), *options]
    process = subprocess.Popen(
        [*command, "--browser.gatherUsageStats=false", "--", run_id],
        env={**os.environ, "PYTHONPATH": str(PAGE.parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{port}/_stcore/health")
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _await(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=1):
            return
        # It is still starting.
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


def _delays(
    page: Any, port: int, writer: Writer, server: psutil.Process
) -> tuple[list[float], float]:
    page.goto(f"http://127.0.0.1:{port}/")
    page.locator(".js-plotly-plot").wait_for()
    page.evaluate(DRAWN)
    emitted: dict[int, float] = {}
    with processor(server) as used:
        for _ in range(POINTS):
            # The same pace as in `emit.py`.
            time.sleep(PERIOD_SECONDS)
            emitted[writer.step + 1] = time.time() * 1000
            writer.steps(1)
        page.wait_for_function(
            "(step) => window.seen.some(([s]) => s >= step)", arg=writer.step, timeout=60_000
        )
    seen = {int(step): float(at) for step, at in page.evaluate("() => window.seen")}
    return [seen[step] - at for step, at in emitted.items()], used[0]
