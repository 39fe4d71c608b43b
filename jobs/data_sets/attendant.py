"""`python -m jobs.data_sets.attendant`: one long look at data, in a process of its own.

One line of JSON comes in (`Order`), lines go out: `{"progress": 0.4}`, then `{"read": ...}`,
`{"profile": ...}`, `{"fetched": id of an upload}` or `{"refused": sentence}`. After `read` the
process waits with the table in its hands for `{"keep": name}`; when its input closes instead,
nothing is kept. So neither a long look nor its memory is ever the web server's, and none
outlives it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

from pydantic import Field

from engine.data.folders import ImageFacts
from engine.data.lines import CorpusFacts, PairFacts
from engine.data.own.recognise import Reading
from engine.data.tables import Dialect, Kind, Refused
from engine.spec import Spec
from jobs.data_sets import Choices, DataSet, DataSetError, DataSets, Pending
from jobs.data_sets.incoming import Incoming
from jobs.data_sets.remote import Allowed, fetch
from jobs.yard import Yard

SHOWN_ROWS = 20
SHOWN_LINES = 40
TOLD_PER_CENT = 1


class Order(Spec):
    """What to look at: a file to be kept, one to be fetched, or a table to be measured."""

    path: str = ""
    file_name: str = ""
    reading: Reading | None = None
    """what it is said to be; the rest is recognised"""
    said: dict[str, str | bool] = {}
    """of the dialect; the rest is detected"""
    kinds: dict[str, Kind] = {}
    drop: list[str] = []
    hash: list[str] = []
    fetch: str = Field("", description="where the file is to be fetched from first")
    measure: str = Field("", description="id of a data set")
    target: str = ""


class Teller:
    """Writes lines, progress not more often than it can be seen."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._told = -1

    def progress(self, share: float) -> None:
        """0 to 1."""
        now = int(100 * share)
        if now >= self._told + TOLD_PER_CENT:
            self._told = now
            self.say("progress", round(share, 3))

    def say(self, what: str, content: Any) -> None:
        """One line."""
        self._out.write(json.dumps({what: content}) + "\n")
        self._out.flush()


def main() -> int:
    """Follows one order."""
    # Whatever a library prints must not come between the lines.
    lines, sys.stdout = sys.stdout, sys.stderr
    teller = Teller(lines)
    order = Order.model_validate_json(sys.stdin.readline())
    try:
        sets = DataSets.of(Yard.open())
        if order.fetch:
            incoming = Incoming(sets.home.data)
            allowed = Allowed.from_environment()
            teller.say("fetched", fetch(order.fetch, incoming, allowed, teller.progress))
        elif order.measure:
            _measure(sets, order, teller)
        else:
            _read(sets, order, teller)
    except (Refused, DataSetError) as refusal:
        teller.say("refused", str(refusal))
    return 0


def _read(sets: DataSets, order: Order, teller: Teller) -> None:
    path = Path(order.path)
    choices = Choices(
        reading=order.reading,
        dialect=_dialect(path, order),
        kinds=order.kinds,
        drop=tuple(order.drop),
        hash=tuple(order.hash),
    )
    with sets.read(path, choices, file_name=order.file_name, progress=teller.progress) as pending:
        teller.say("read", _found(pending))
        _keep(pending, teller)


def _keep(pending: Pending, teller: Teller) -> None:
    """Until a name is taken, or nobody waits any more."""
    for line in sys.stdin:
        try:
            kept: DataSet = pending.keep(json.loads(line)["keep"])
        except DataSetError as refusal:
            teller.say("not_kept", str(refusal))
        else:
            teller.say("kept", kept.id)
            return


def _found(pending: Pending) -> dict[str, Any]:
    if isinstance(pending.facts, ImageFacts):
        from jobs.data_sets.thumbnails import thumbnails

        shown: dict[str, Any] = {"pictures": thumbnails(pending.folder)}
    elif isinstance(pending.facts, CorpusFacts | PairFacts):
        from jobs.data_sets.lines import first_lines

        shown = {"lines": first_lines(pending.folder, pending.facts, SHOWN_LINES)}
    else:
        from jobs.data_sets.preview import first_rows

        shown = {"rows": first_rows(pending.folder, SHOWN_ROWS)}
    return {"facts": pending.facts.to_dict(), "digest": pending.digest, **shown}


def _dialect(path: Path, order: Order) -> Dialect | None:
    if not order.said:
        return None
    from engine.data.tables.dialects import completed

    return completed(path, order.file_name, order.said)


def _measure(sets: DataSets, order: Order, teller: Teller) -> None:
    from engine.data.tables.profile import profile

    found = sets.get(order.measure)
    names = {column.name for column in found.table.columns}
    target = order.target if order.target in names else None
    teller.say("profile", profile(found.folder, target, teller.progress).to_dict())


if __name__ == "__main__":
    sys.exit(main())
