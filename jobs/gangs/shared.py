"""Whether a member could go on with its run: it sees the folder of the run, or has a store.

Checkpoints lie in that folder: the leader leaves a mark there. Where each machine has one of its
own and there is no store that they are copied to, only that which wrote them can go on.
"""

from __future__ import annotations

from jobs.home import Home
from jobs.working.processes import write_private

MARK = "gang"


def mark(home: Home, run_id: str, secret: str) -> None:
    """Leaves the mark of one attempt, and which folder this is here."""
    folder = home.run(run_id).absolute()
    write_private(folder / MARK, f"{secret}\n{folder}")


def sees(home: Home, run_id: str, secret: str) -> bool:
    """Whether this machine sees the folder."""
    return _read(home, run_id).partition("\n")[0] == secret


def writes(home: Home, run_id: str, secret: str) -> bool:
    """Whether it does, under the same name: rank 0 tells it to those that write beside it."""
    return _read(home, run_id) == f"{secret}\n{home.run(run_id).absolute()}"


def warning(machine: str) -> str:
    """For people, about a machine that does not see it."""
    return (
        f"{machine} does not see the folder of this run, so it could not go on from a checkpoint "
        "there: were it to lead the next attempt, the run would begin again at step 0. Start the "
        "workers of all machines with one store (--store, or TRAINYARD_STORE)."
    )


UNWRITABLE = (
    "its machine does not see the folder of this run, where every process of a sharded run writes "
    "its part of a checkpoint; give all workers one folder, under one name, as TRAINYARD_STORE, or "
    "choose hardware.weights=replicated"
)
"""for people, about a rank that cannot be started"""


def _read(home: Home, run_id: str) -> str:
    try:
        return (home.run(run_id) / MARK).read_text()
    except OSError:
        return ""
