"""`data download`: the file of a data set as it came."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from jobs.cli import text
from jobs.cli.data_look import DataSetArgument
from jobs.cli.look import JsonOption
from jobs.data_sets import DataSetError, DataSets
from jobs.data_sets.data_set import refusal
from jobs.yard import Yard


def download(
    name: DataSetArgument,
    to: Annotated[
        Path | None, typer.Option(help="A file or folder; by default this folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the file of a data set as it came; never over another file."""
    sets = DataSets.of(Yard.open())
    found = sets.find(name)
    original = sets.original(found)
    target = to or Path()
    if target.is_dir():
        target = target / found.file_name.replace("/", "_")
    try:
        with original.open("rb") as source, target.open("xb") as file:
            shutil.copyfileobj(source, file)
    except FileExistsError as error:
        raise DataSetError(f"{target} is there already. Name another place with --to.") from error
    except OSError as error:
        raise refusal(f"{target} cannot be written", error) from error
    if as_json:
        text.write_json({**found.to_dict(), "path": str(target.resolve())})
    else:
        text.write(text.printable(str(target)))
