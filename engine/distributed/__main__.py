"""`python -m engine.distributed`: one of the ranks 1 and up; rank 0 starts it (`crew.py`)."""

from __future__ import annotations

from io import FileIO

from engine.distributed.orders import Orders
from engine.distributed.rank import obey


def main() -> None:
    """Reads its orders from the pipe whose end is its own, and says on its output what it says."""
    # Without a buffer: what comes after the line is not read here.
    orders = Orders.model_validate_json(FileIO(0, closefd=False).readline())
    obey(orders, leader=0, words=1)


if __name__ == "__main__":
    main()
