"""`data add`: reads a file, says what it took it for and what would be lost, and keeps it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from engine.data.folders import ImageFacts
from engine.data.lines import CorpusFacts, PairFacts
from engine.data.own.facts import Facts
from engine.data.own.recognise import Reading
from engine.data.tables import Dialect, Kind, TableFacts
from engine.data.tables.personal import looks_personal
from jobs.cli import image_text, line_text, table_text, text
from jobs.cli.data_source import bar, on_this_machine
from jobs.cli.look import JsonOption
from jobs.data_sets import Choices, DataSet, DataSetError, DataSets, Pending
from jobs.data_sets.data_set import refusal
from jobs.yard import Yard

DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "space": " "}
_FILES = (
    "CSV, TSV, Parquet, XLSX, JSON lines; a zip of images or text files in class folders; a text; "
    "a zip of two texts, line by line. Where the owner allows it (TRAINYARD_FETCH), also "
    "https://... or hf://owner/name."
)
QUOTES = {"none": "", "double": '"', "single": "'"}


def add(  # noqa: PLR0913  # the options of a command are its parameters
    file: Annotated[str, typer.Argument(help=_FILES)],
    name: Annotated[str | None, typer.Option(help="What to call it; by default the file.")] = None,
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="KIND", help=f"What it is: {', '.join(get_args(Reading))}."),
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column not to keep; may be given several times."),
    ] = None,
    hash_: Annotated[
        list[str] | None,
        typer.Option("--hash", metavar="COLUMN", help="A column to keep unreadable: hashed."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=TYPE", help="Type of a column: " + ", ".join(get_args(Kind))),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="What is between cells; e.g. ';' or tab.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="E.g. utf-8 or windows-1252.")] = None,
    quote: Annotated[str | None, typer.Option(help="double, single or none.")] = None,
    decimal: Annotated[str | None, typer.Option(help="'.' or ','.")] = None,
    header: Annotated[
        bool | None, typer.Option(help="Whether the first line has the columns' names.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept what is lost.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Add data of your own: a table, images, texts."""
    said = {
        "encoding": encoding,
        "delimiter": None if delimiter is None else DELIMITERS.get(delimiter, delimiter),
        "quote": None if quote is None else QUOTES.get(quote, quote),
        "decimal": _one_of("decimal", decimal, (".", ",")),
        "header": header,
    }
    sets = DataSets.of(Yard.open())
    kinds = _kinds(kind or [])
    reading = cast("Reading | None", _one_of("as", as_, get_args(Reading)))
    with on_this_machine(file, sets) as (path, called):
        choices = Choices(
            reading=reading,
            dialect=_dialect(path, called, said),
            kinds=kinds,
            drop=tuple(drop or ()),
            hash=tuple(hash_ or ()),
        )
        told = bar("reading") if sys.stderr.isatty() else None
        with sets.read(path, choices, file_name=called, progress=told) as pending:
            if not as_json:
                _describe(pending)
            _hint(pending)
            _accept(pending.facts, yes=yes)
            kept = pending.keep(name)
    _say(kept, as_json=as_json)


def _say(kept: DataSet, *, as_json: bool) -> None:
    if as_json:
        text.write_json({**kept.to_dict(), "facts": kept.facts.to_dict()})
        return
    text.write(f"{kept.id}  {text.printable(kept.name)}, version {kept.version}")
    if not kept.original:
        text.note("the file itself is not kept: it has what was dropped or hashed")


def _dialect(file: Path, called: str, options: dict[str, Any]) -> Dialect | None:
    """What was said of the dialect, and for the rest what is detected; None for nothing said."""
    said = {key: each for key, each in options.items() if each is not None}
    if not said:
        return None
    from engine.data.tables.dialects import completed

    try:
        return completed(file, called, said)
    except OSError as error:
        raise refusal(f"{called} cannot be added", error) from error


def _kinds(said: list[str]) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for each in said:
        column, _, kind = each.rpartition("=")
        if not column or kind not in get_args(Kind):
            allowed = ", ".join(get_args(Kind))
            raise DataSetError(f"--kind {each!r} is not COLUMN=TYPE. The types are {allowed}.")
        kinds[column] = cast("Kind", kind)
    return kinds


def _one_of(option: str, said: str | None, allowed: tuple[str, ...]) -> str | None:
    if said is not None and said not in allowed:
        listed = " or ".join(repr(each) for each in allowed)
        raise DataSetError(f"--{option} {said!r} is not one of {listed}.")
    return said


def _describe(pending: Pending) -> None:
    text.write(text.printable(pending.file_name))
    if isinstance(pending.facts, ImageFacts):
        image_text.describe(pending.facts)
        return
    if isinstance(pending.facts, CorpusFacts | PairFacts):
        line_text.describe(pending.facts)
        return
    for line in table_text.detected(pending.facts):
        text.write(line)
    text.console().print(table_text.columns_table(pending.facts.columns))


def _hint(pending: Pending) -> None:
    if not isinstance(pending.facts, TableFacts):
        return
    for column in pending.facts.columns:
        if column.name in pending.choices.hash:
            continue
        if what := looks_personal(column.name, column.kind, column.examples):
            name = text.printable(column.name)
            text.note(
                f'"{name}" looks like {what}: --drop "{name}" leaves it out, --hash "{name}" keeps '
                "it unreadable"
            )


def _accept(facts: Facts, *, yes: bool) -> None:
    """Lists what is lost, and asks. Without a terminal only --yes accepts it."""
    lost, what, how = _lost(facts)
    for line in lost:
        text.note(text.printable(line))
    if yes or not lost:
        return
    if sys.stdin.isatty() and sys.stderr.isatty():
        if typer.confirm(what, err=True):
            return
        raise DataSetError("Nothing was kept.")
    raise DataSetError(
        "Nothing was kept, because reading it would lose what stands above. --yes accepts that; "
        f"{how}."
    )


def _lost(facts: Facts) -> tuple[list[str], str, str]:
    """What is lost, the question whether that may be, and what else can be done."""
    if isinstance(facts, ImageFacts):
        return (
            list(image_text.lost_lines(facts)),
            "Keep the images without these?",
            "or zip them again, whole and in the folder of a class",
        )
    if isinstance(facts, CorpusFacts | PairFacts):
        return list(line_text.lost_lines(facts)), "Keep the others?", "or complete these"
    lost = [table_text.loss_line(loss) for loss in facts.losses]
    if facts.format == "texts":
        again = "or zip them again, as UTF-8 and in the folder of a class"
        return lost, "Keep the texts without these?", again
    how = "--kind COLUMN=text keeps a column as it stands in the file"
    return lost, "Keep the table with what is lost?", how
