"""`python -m jobs.store.sending`: copies to the store what runs of this machine left behind.

A worker starts it while there are notes that nobody holds (`unsent.py`). It ends when none is left,
or with its worker; the next worker of this home goes on.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading

import redis

from jobs.home import Home
from jobs.store.address import address
from jobs.store.shipping import MOST_RETRY_SECONDS, RETRY_SECONDS, Shipper
from jobs.store.store import StoreAway
from jobs.store.unsent import Note, left
from jobs.wire import keys
from jobs.wire.connect import RedisUnavailable, connect_unretried
from jobs.wire.journal import latest_seq, path_of
from jobs.working.processes import die_with_parent, on_signals


def send_rest(home: Home, url: str, run_id: str) -> bool:
    """Copies what one run left behind; False when that is to be tried again."""
    note = Note(home, run_id)
    try:
        if not note.take():
            return True
        told, folder = note.read(), home.run(run_id)
        if told is not None and folder.is_dir():
            attempt, began = told
            if not is_told(home, run_id, attempt):
                return False
            shipper = Shipper(url, (run_id, attempt, folder), lambda _: None, lambda: float("inf"))
            shipper.copy_rest(began)
        note.done()
    except (StoreAway, OSError, redis.RedisError, RedisUnavailable) as error:
        sys.stderr.write(f"run {run_id}: not copied to the store yet: {error}\n")
        return False
    finally:
        note.release()
    return True


def is_told(home: Home, run_id: str, attempt: int) -> bool:
    """Whether everything the attempt said is beyond this machine.

    Whoever goes on from its checkpoint tells none of it again. A run that is over has no stream
    any more: it is stored.
    """
    with connect_unretried(home) as client:
        path = path_of(home.run(run_id), attempt)
        if not path.exists() or not client.sismember(keys.LIVE, run_id):
            return True
        newest = client.xrevrange(keys.events(run_id), count=1)
    if not newest:
        return False
    last = tuple(int(part) for part in newest[0][0].split(b"-"))
    return last >= (attempt, latest_seq(path))


def main() -> int:
    """Until nothing is left. In between it rests, twice as long each time that nothing worked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True, help="process id of the worker")
    die_with_parent(parser.parse_args().parent, signal.SIGTERM)
    stopping = threading.Event()
    on_signals(stopping.set, signal.SIGTERM, signal.SIGINT)
    home, url, rest = Home.from_environment(), address(), RETRY_SECONDS
    while url and (runs := left(home)) and not stopping.is_set():
        failed = [run_id for run_id in runs if not send_rest(home, url, run_id)]
        if not failed:
            rest = RETRY_SECONDS
        else:
            stopping.wait(rest)
            rest = min(2 * rest, MOST_RETRY_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
