"""One of the ranks 1 and up in its own process, however that was started."""

from __future__ import annotations

import os
import threading
import traceback
from typing import NoReturn

from engine.distributed.orders import Orders


def obey(orders: Orders, leader: int, words: int) -> NoReturn:
    """Follows rank 0 to the end of the training; says in a line on `words` if it cannot.

    Ends at once when rank 0 does, whose end closes the pipe `leader`. Both are descriptors.
    """
    threading.Thread(target=_end_with, args=(leader,), name="leader", daemon=True).start()
    from engine.distributed.follow import follow

    def end(error: Exception) -> None:
        """Whatever it is: rank 0 reads a line as the cause, and the traceback goes to the log.

        At once: to take gloo's threads down may wait for ever, and rank 0 would know no cause.
        """
        traceback.print_exception(error)
        _say(words, f"{type(error).__name__}: {error}".splitlines()[0])
        os._exit(1)

    try:
        follow(orders.config, orders.place, lambda: _say(words, "ready"), end)
    except Exception as error:
        # Of whatever kind: rank 0 is told of it, and it goes on as it was.
        end(error)
        raise


def _say(words: int, line: str) -> None:
    os.write(words, f"{line}\n".encode())


def _end_with(leader: int) -> None:
    while os.read(leader, 1024):
        continue
    os._exit(1)
