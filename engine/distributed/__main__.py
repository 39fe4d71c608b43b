"""`python -m engine.distributed`: one of the ranks 1 and up; rank 0 starts it (`crew.py`)."""

from __future__ import annotations

import sys

from engine.distributed.crew import Orders
from engine.distributed.rank import obey


def main() -> None:
    """Reads its orders from the pipe whose end is its own, and says on its output what it says."""
    orders = Orders.model_validate_json(sys.stdin.buffer.raw.readline())
    obey(orders, leader=0, words=1)


if __name__ == "__main__":
    main()
