"""`python -m bench start`: from the queue to the end of the first optimizer step, forkserver warm.

A run's events carry wall-clock times of their own, and all processes share one clock because they
share one machine, so nothing is measured that a run does not have anyway.
"""

from __future__ import annotations

import time
from typing import Any

import redis

from bench.row import HEAD, Row, below
from bench.stand import process, stand
from engine.config import RunConfig
from engine.presets import PRESETS
from jobs import queue
from jobs.ids import new_id
from jobs.wire import keys
from jobs.wire.connect import connect
from jobs.wire.control import send
from jobs.wire.packing import unpack

LAUNCHES = 20
TARGET_MS = 300
PATIENCE_SECONDS = 120.0
RUNS = ("mnist_cnn", "digits_mlp")

Event = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Prints two rows a preset, those of `arguments` or of `RUNS`. 1: a target was missed."""
    print(*HEAD, sep="\n")
    rows = []
    with stand() as home, process("jobs.worker"), connect(home) as client:
        for preset in arguments or RUNS:
            rows += _measure(client, preset)
            print(*(row.line for row in rows[-2:]), sep="\n", flush=True)
    return int(any(not row.reached for row in rows))


def _measure(client: redis.Redis, preset: str) -> list[Row]:
    """From the queue, and from the claim of the worker that took it."""
    config = PRESETS[preset]
    # The first one finds a cold forkserver and an unparsed data set.
    _launch(client, config)
    pairs = [_launch(client, config) for _ in range(LAUNCHES)]
    return [
        below(f"{preset}: queued to first step", [queued for queued, _ in pairs], TARGET_MS),
        below(f"{preset}: in the worker", [inside for _, inside in pairs], TARGET_MS),
    ]


def _launch(client: redis.Redis, config: RunConfig) -> tuple[float, float]:
    """Milliseconds to the first step's end, from the queue and from the horse's claim."""
    run_id = new_id()
    client.set(keys.spec(run_id), config.model_dump_json())
    queued = time.time()
    queue.enqueue(client, run_id, 1)
    steps = _await(client, run_id, "steps")
    claimed = _await(client, run_id, "claimed")
    send(client, run_id, "stop")
    _await(client, run_id, "finished")
    first = float(steps["seconds"][0])
    return 1000 * (first - queued), 1000 * (first - claimed["time"])


def _await(client: redis.Redis, run_id: str, kind: str) -> Event:
    """The run's first event of that kind."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    last = "0"
    while time.monotonic() < deadline:
        found: Any = client.xread({keys.events(run_id): last}, block=1000)
        for entry_id, fields in found[0][1] if found else ():
            last = entry_id
            for _, event in unpack(fields):
                if event["kind"] == kind:
                    return event
    raise SystemExit(f"No {kind} within {PATIENCE_SECONDS:.0f} s; see the worker's log.")
