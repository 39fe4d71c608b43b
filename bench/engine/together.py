"""Loops in one process, by turns of a few steps: what else the machine does falls on all alike.

Only for loops that can stand still between two steps: ours, the bare and the naive one.
"""

from __future__ import annotations

import importlib
import os
import statistics
import sys
import time
from collections.abc import Iterator

import torch

from bench.engine.table import OURS
from bench.engine.task import TASKS

LOOPS = (OURS, "bare", "naive")
TURNS = 25
TURN_SECONDS = 0.8
"""of a turn, long enough that flushes and checks fall into each"""


def main(task_name: str) -> int:
    """Prints a table. Must be a process of its own: it ends with loops that have no end."""
    torch.set_num_threads(1)
    task = TASKS[task_name]
    loops = {
        name: importlib.import_module(f"bench.engine.peers.{name}").steps(task) for name in LOOPS
    }
    steps = {name: _steps_of_a_turn(loop) for name, loop in loops.items()}
    taken: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(TURNS):
        for name, loop in loops.items():
            taken[name].append(_turn(loop, steps[name]))
    print("| loop | processor µs a step, median | Trainyard is times as fast, by turns |")
    print("|---|---|---|")
    for name, each in taken.items():
        ratio = statistics.median(a / b for a, b in zip(each, taken[OURS], strict=True))
        print(f"| {name} | {statistics.median(each):,.0f} | {ratio:.2f} |", flush=True)
    os._exit(0)


def _steps_of_a_turn(loop: Iterator[int]) -> int:
    """How many steps fill a turn, after a few that warm the loop up."""
    for _ in range(5):
        next(loop)
    return max(1, round(TURN_SECONDS * 1e6 / _turn(loop, 4)))


def _turn(loop: Iterator[int], steps: int) -> float:
    """Microseconds of processor time a step."""
    began, done = time.process_time(), 0
    while done < steps:
        done += next(loop)
    return 1e6 * (time.process_time() - began) / done


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
