"""A dialect of which a person has said a part: the rest is what the reader would detect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.data.tables.delimited import sample
from engine.data.tables.detect import detect
from engine.data.tables.encoding import detect as detect_encoding
from engine.data.tables.encoding import known
from engine.data.tables.facts import Dialect, Refused
from engine.data.tables.magic import recognise


def completed(path: Path, file_name: str, said: Mapping[str, str | bool]) -> Dialect:
    """What was said, and for the rest what is detected.

    Raises Refused where the file is no text table.
    """
    if recognise(path, file_name) != "csv":
        raise Refused(f"{file_name} is no text table: it has no delimiter, encoding or quotes.")
    encoding = str(said.get("encoding") or detect_encoding(path)[0])
    known(encoding)
    text, whole = sample(path, encoding)
    found = detect(text, whole, encoding, file_name).dialect
    return Dialect.model_validate({**found.model_dump(), **said})
