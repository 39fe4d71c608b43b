"""`python -m bench.engine PEER TASK`: one measurement in a process of its own; its last line is
JSON: microseconds of a step by the wall clock and of the processor.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

import torch

from bench.engine.task import TASKS, CannotTrain


def main() -> int:
    """Exit code 3 and a sentence when this loop cannot train this task."""
    peer, name = sys.argv[1:]
    torch.set_num_threads(1)
    try:
        wall, processor = import_module(f"bench.engine.peers.{peer}").run(TASKS[name])
    except CannotTrain as reason:
        print(reason)
        return 3
    print(json.dumps({"wall": wall, "processor": processor}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
