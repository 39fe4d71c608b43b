"""What people make of runs: rename, tag, note, pin, archive, delete. For one or many at once.

Every change is one transaction, and of several runs either all are changed or none.
"""

from __future__ import annotations

import builtins
import logging
import time
import unicodedata
from collections.abc import Callable, Sequence

from redis import RedisError
from sqlalchemy import Connection

from engine.config import RunConfig
from jobs.history import finding, labels
from jobs.history import runs as rows
from jobs.history.finding import Facets, Filter, Shelf
from jobs.run import Run
from jobs.services.runs import NotPossible, UnknownRun, changed
from jobs.wire.connect import RedisUnavailable
from jobs.yard import Yard

UNDO_SECONDS = 7 * 86_400.0
"""how long a deleted run can be had back"""

MOST_NAME = next(rule.max_length for rule in RunConfig.model_fields["name"].metadata)
MOST_TAG, MOST_TAGS, MOST_NOTES = 60, 50, 20_000
"""letters of a tag; tags of a run; letters of its notes"""

LOG = logging.getLogger(__name__)


class LabelError(ValueError):
    """A name, a tag or notes that cannot be taken. The text says why."""


def page(yard: Yard, wanted: Filter, size: int | None, number: int = 1) -> tuple[list[Run], int]:
    """One page of the runs that fit (from 1; None: all of them), and how many fit in all."""
    with yard.history.reading() as connection:
        return finding.page(connection, wanted, size, (number - 1) * (size or 0))


def facets(yard: Yard, shelf: Shelf = "current") -> Facets:
    """What the runs can be filtered by."""
    with yard.history.reading() as connection:
        return finding.facets(connection, shelf)


def several(yard: Yard, run_ids: Sequence[str]) -> builtins.list[Run]:
    """Those of the runs that are there, in the order of the ids; also deleted ones."""
    with yard.history.reading() as connection:
        return rows.several(connection, run_ids)


def rename(yard: Yard, run_id: str, name: str) -> None:
    """Raises LabelError, UnknownRun."""
    new = clean(name)
    if not new:
        raise LabelError("A run needs a name; this one is empty.")
    if len(new) > MOST_NAME:
        raise LabelError(f"A name has at most {MOST_NAME} letters; this one has {len(new)}.")
    _change(yard, [run_id], name=new)


def note(yard: Yard, run_id: str, text: str) -> None:
    """Writes the notes, in place of those that are there. Raises LabelError, UnknownRun."""
    notes = _printable(text, keep="\n\t").strip()
    if len(notes) > MOST_NOTES:
        raise LabelError(
            f"Notes have at most {MOST_NOTES:,} letters; these have {len(notes):,}. "
            "Keep the rest in a file and name it here."
        )
    _change(yard, [run_id], notes=notes)


def tag(
    yard: Yard, run_ids: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()
) -> None:
    """Adds and takes away tags; what others add or take meanwhile stays so.

    Raises LabelError, UnknownRun.
    """
    new, old = [_tag(each) for each in add], [clean(each) for each in remove]

    def write(connection: Connection) -> None:
        labels.untag(connection, run_ids, old)
        labels.tag(connection, run_ids, new)
        for run in rows.several(connection, run_ids):
            if len(run.tags) > MOST_TAGS:
                raise LabelError(f"A run has at most {MOST_TAGS} tags; {run.name} would have more.")

    _write(yard, run_ids, write)


def pin(yard: Yard, run_ids: Sequence[str], *, on: bool = True) -> None:
    """Puts runs above the others in every list, or back to their place. Raises UnknownRun."""
    _change(yard, run_ids, pinned=time.time() if on else None)


def archive(yard: Yard, run_ids: Sequence[str], *, on: bool = True) -> None:
    """Puts runs away, or back; they stay what they are. Raises UnknownRun."""
    _change(yard, run_ids, archived=time.time() if on else None)


def delete(yard: Yard, run_ids: Sequence[str], *, now: bool = False) -> None:
    """Deletes runs that have ended. They can be restored for seven days, with `now` not at all.

    Raises NotPossible while one of them goes on, and UnknownRun.
    """

    def write(connection: Connection) -> None:
        found = rows.several(connection, run_ids)
        for run in found:
            if not run.over:
                raise NotPossible(
                    f"{run.name} is {run.status}. Stop it first, then delete it: "
                    f"`./trainyard stop {run.id}`."
                )
        # Deleted once more it must not stay longer.
        gone = [run.id for run in found if now or not run.deleted]
        labels.change(connection, gone, removal=0.0 if now else time.time() + UNDO_SECONDS)

    _write(yard, run_ids, write)


def restore(yard: Yard, run_ids: Sequence[str]) -> None:
    """Has deleted runs back. Raises NotPossible when one is not deleted, or too late."""

    def write(connection: Connection) -> None:
        for run in rows.several(connection, run_ids):
            if run.removal is None:
                raise NotPossible(f"{run.name} is not deleted.")
            if run.removal <= time.time():
                raise NotPossible(f"{run.name} is being removed for good; it is too late.")
        labels.change(connection, run_ids, removal=None)

    _write(yard, run_ids, write)


def empty(yard: Yard) -> int:
    """Has every deleted run removed now, and says how many there were."""
    with yard.history.reading() as connection:
        found = labels.deleted(connection)
    if found:
        delete(yard, found, now=True)
    return len(found)


def _change(yard: Yard, run_ids: Sequence[str], **columns: object) -> None:
    _write(yard, run_ids, lambda connection: labels.change(connection, run_ids, **columns))


def _write(yard: Yard, run_ids: Sequence[str], write: Callable[[Connection], None]) -> None:
    """In one transaction; then whoever watches is told."""
    with yard.history.writing() as connection:
        known = rows.known(connection, run_ids)
        for run_id in run_ids:
            if run_id not in known:
                raise UnknownRun.of(run_id)
        write(connection)
    try:
        for run_id in run_ids:
            changed(yard.redis, run_id)
    except (RedisError, RedisUnavailable) as error:
        LOG.info("Nobody was told of the change: %s", error)


def _tag(text: str) -> str:
    tag = clean(text)
    if not tag:
        raise LabelError("A tag needs at least one letter; this one is empty.")
    if len(tag) > MOST_TAG:
        raise LabelError(f"A tag has at most {MOST_TAG} letters; {tag[:20]}… has {len(tag)}.")
    return tag


def clean(text: str) -> str:
    """A name or tag as it is kept: on one line, with single blanks."""
    return " ".join(_printable(text).split())


def _printable(text: str, keep: str = "") -> str:
    """Without what no text should carry: control characters and halves of characters."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(
        each if each in keep or unicodedata.category(each) not in ("Cc", "Cs", "Zl", "Zp") else " "
        for each in normal
    )
