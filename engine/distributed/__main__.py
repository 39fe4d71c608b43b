"""`python -m engine.distributed`: one of the ranks 1 and up; rank 0 starts it (`crew.py`)."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from typing import NoReturn

from engine.distributed.crew import Orders


def main() -> NoReturn:
    """Reads its orders, follows rank 0 to the end of the training; says in a line if it cannot.

    Ends at once when rank 0 does, whose end closes the pipe.
    """
    orders = Orders.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_leader, name="leader", daemon=True).start()
    from engine.distributed.follow import follow

    try:
        follow(orders.config, orders.place, _say_ready, _end)
    except Exception as error:
        # Of whatever kind: rank 0 is told of it, and it goes on as it was.
        _end(error)
        raise


def _say_ready() -> None:
    print("ready", flush=True)


def _end(error: Exception) -> None:
    """Whatever it is: rank 0 reads a line as the cause, and the traceback goes to the log.

    At once: to take gloo's threads down may wait for ever, and rank 0 would know no cause.
    """
    traceback.print_exception(error)
    print(f"{type(error).__name__}: {error}".splitlines()[0], flush=True)
    os._exit(1)


def _end_with_leader() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
