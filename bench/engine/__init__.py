"""`./trainyard bench engine`: the engine beside other training loops, on the same samples and nets.

Every measurement is a process of its own with one thread; rounds go through all loops in turn, so
that what else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence

from bench.engine.table import OURS, PEERS, Times, missed, rows
from bench.stand import ROOT, stand

TASK_NAMES = ("mlp", "cnn", "gpt")
LONGEST_SECONDS = 600


def main(arguments: Sequence[str]) -> int:
    """Prints a table a task; exit code 1 when a target was missed."""
    options = _options(arguments)
    sentences: list[str] = []
    with stand():
        for task in options.tasks:
            if options.together:
                print(f"\n{_title(task)}, by turns in one process\n", flush=True)
                subprocess.run([sys.executable, "-m", "bench.engine.together", task], check=True)
                continue
            print(f"\n{_title(task)}, {options.rounds} rounds\n", flush=True)
            times = measure(task, options)
            print("\n".join(rows(task, times)), flush=True)
            sentences += missed(task, times)
    if sentences:
        print("\nmissed:", *sentences, sep="\n- ")
    return int(bool(sentences))


def measure(task: str, options: argparse.Namespace) -> dict[str, Times]:
    """All loops in turn, round by round; what is not installed is named as such."""
    times = {peer: Times() for peer in [OURS, *(p for p in options.peers if p != OURS)]}
    for peer, found in times.items():
        if not _installed(PEERS[peer], options.python):
            found.missing = f"not installed ({PEERS[peer]})"
        elif not (ROOT / "bench" / "engine" / "peers" / f"{peer}.py").exists():
            found.missing = "there is no bench for it"
    for number in range(options.rounds):
        for peer, found in times.items():
            if not found.missing:
                print(f"round {number + 1}: {peer} ...", file=sys.stderr, flush=True)
                _measure_once(peer, task, found, options.python)
    return times


def _measure_once(peer: str, task: str, found: Times, python: str) -> None:
    command = [python if peer != OURS else sys.executable, "-m", "bench.engine", peer, task]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    words = done.stdout.strip().splitlines() or [""]
    if done.returncode:
        error = done.stderr.strip().splitlines() or ["no word"]
        found.missing = words[-1] if done.returncode == 3 else f"failed: {error[-1][:80]}"
        return
    measured = json.loads(words[-1])
    found.wall.append(measured["wall"])
    found.processor.append(measured["processor"])


def _installed(package: str, python: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return subprocess.run([python, "-c", code], cwd=ROOT, check=False).returncode == 0


def _title(task: str) -> str:
    from bench.engine.task import TASKS

    return TASKS[task].title


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./trainyard bench engine", description=__doc__)
    parser.add_argument("tasks", nargs="*", choices=[*TASK_NAMES, []], help="default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="interpreter that has the other frameworks (bench/requirements.txt)",
    )
    parser.add_argument(
        "--together",
        action="store_true",
        help="ours, the bare and the naive loop alone, by turns in one process",
    )
    options = parser.parse_args(list(arguments))
    options.tasks = options.tasks or list(TASK_NAMES)
    return options
