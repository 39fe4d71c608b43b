"""`data rename` and `data delete`."""

from __future__ import annotations

from typing import Annotated

import typer

from jobs.cli import text
from jobs.cli.data_look import DataSetArgument
from jobs.cli.look import JsonOption
from jobs.data_sets import DataSet, DataSetError, DataSets
from jobs.yard import Yard


def rename(
    name: DataSetArgument,
    new: Annotated[str, typer.Argument(help="The new name; any text.")],
    as_json: JsonOption = False,
) -> None:
    """Give data of your own another name; a plain name stands for all its versions."""
    sets = DataSets.of(Yard.open())
    # The oldest first, so that the versions keep their order.
    chosen = sets.versions(name)[::-1] or [sets.find(name)]
    _say([sets.rename(each, new) for each in chosen], as_json=as_json)


def delete(name: DataSetArgument, as_json: JsonOption = False) -> None:
    """Delete data of your own, one version at a time; the records of runs stay."""
    sets = DataSets.of(Yard.open())
    versions = sets.versions(name)
    if len(versions) > 1:
        listed = ", ".join(f"{each.name}@{each.version}" for each in versions[:4])
        raise DataSetError(f"{name} has {len(versions):,} versions. Name one: {listed}.")
    found = versions[0] if versions else sets.find(name)
    sets.delete(found)
    if as_json:
        text.write_json({"deleted": found.to_dict()})
    else:
        text.write(f"deleted {text.printable(found.name)}, version {found.version}")


def _say(found: list[DataSet], *, as_json: bool) -> None:
    if as_json:
        text.write_json([each.to_dict() for each in found])
        return
    for each in found:
        text.write(f"{each.id}  {text.printable(each.name)}, version {each.version}")
