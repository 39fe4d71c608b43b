"""A text file as a corpus: decoded, its line ends made one kind, and measured."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path

from engine.data.lines.facts import CORPUS, CorpusFacts
from engine.data.lines.measure import lines_of, measured
from engine.data.tables.encoding import decoded, detect
from engine.data.tables.facts import FACTS, Refused
from engine.data.tables.magic import refuse_strangers

MOST_CHARACTERS = 200_000_000
"""each is a number of 8 bytes while a model reads"""
FEWEST_CHARACTERS = 200
DECODED = 0.4
"""share of the work that decoding is, as far as progress is concerned"""
Progress = Callable[[float], None] | None


def read(path: Path, into: Path, progress: Progress) -> CorpusFacts:
    """What `read_corpus` does."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
        if not start:
            raise Refused("The file is empty (0 bytes). Was the upload or the export cut off?")
        refuse_strangers(start)
        encoding, guess = detect(path)
        letters, characters, windows = _write(path, into / CORPUS, encoding, progress)
        _check(characters)
        facts = CorpusFacts(
            characters=characters,
            letters=letters,
            text=measured(lambda: lines_of(into / CORPUS), "the text", encoding),
            notes=[
                *([guess] if guess else []),
                *(["Line ends are read as line feeds, whatever system wrote them."] * windows),
            ],
        )
        (into / FACTS).write_text(facts.model_dump_json(indent=1), encoding="utf-8")
    except BaseException:
        # Nothing half-made stays in the caller's folder, whatever happened.
        for name in (CORPUS, FACTS):
            (into / name).unlink(missing_ok=True)
        raise
    return facts


def _write(path: Path, into: Path, encoding: str, progress: Progress) -> tuple[int, int, bool]:
    """The text with line feeds; its different characters, all of them, and whether any line ended
    in another way.
    """

    def heard(share: float) -> None:
        if progress is not None:
            progress(DECODED * share)

    letters: set[str] = set()
    characters, other, rest = 0, False, b""
    with into.open("w", encoding="utf-8", newline="") as file:
        for block in chain(decoded(path, encoding, heard), [b""]):
            # A carriage return at the end of a block may be half of a line end.
            whole, rest = rest + block, b""
            if block and whole.endswith(b"\r"):
                whole, rest = whole[:-1], b"\r"
            other = other or b"\r" in whole
            text = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8")
            letters.update(text)
            characters += len(text)
            file.write(text)
            if characters > MOST_CHARACTERS:
                raise Refused(
                    f"The text has more than {MOST_CHARACTERS:,} characters, which do not fit into "
                    "memory while a model reads. Divide it, and give a part."
                )
    return len(letters), characters, other


def _check(characters: int) -> None:
    if characters < FEWEST_CHARACTERS:
        raise Refused(
            f"The text has {characters:,} characters; at least {FEWEST_CHARACTERS} are needed to "
            "learn a language from. Give a longer one."
        )
