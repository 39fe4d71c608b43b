"""Texts of one's own and what they become: what is read, what does not align, what is learned."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.config import RunConfig
from engine.data import OwnPairs
from engine.data.lines import PairFacts, read_pairs
from engine.data.lines.facts import PAIRS
from engine.data.own.facts import read_own
from engine.data.own.taken import taken_in
from engine.data.tables import Refused
from engine.data.tables.place import own_data_folder
from engine.data.tokens import Characters
from engine.events import Evaluation, Started
from engine.models import Seq2Seq
from engine.presets import first_for
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.engine.small import small
from tests.engine.test_resume_text_models import STRATEGY, goes_on_bit_identically
from tests.engine.writings import numbers, parallel
from tests.engine.zips import pack

DIGEST = "ab" * 32


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path / "home"))


def zipped(files: dict[str, bytes]) -> PairFacts:
    return _read(pack(Path("a.zip"), files))


def columns(text: str) -> PairFacts:
    Path("a.tsv").write_text(text)
    return _read(Path("a.tsv"))


def _read(path: Path) -> PairFacts:
    into = Path("into")
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    return read_pairs(path, into, file_name=path.name)


def store(files: dict[str, bytes] | None = None) -> str:
    """Pairs in the folder of own data; their digest."""
    folder = own_data_folder() / DIGEST
    folder.mkdir(parents=True)
    read_pairs(pack(Path("a.zip"), files or parallel()), folder, file_name="a.zip")
    return DIGEST


def written(*lines: str, end: str = "\n") -> bytes:
    return "".join(f"{line}{end}" for line in lines).encode()


def test_two_files_are_pairs_line_by_line() -> None:
    facts = zipped(parallel())
    english, german = numbers()
    assert (facts.source.name, facts.target.name) == ("train.de", "train.en")
    assert (facts.pairs, facts.left_out, facts.notes) == (200, 0, [])
    assert facts.duplicates == 200 - len(set(zip(english, german, strict=True)))
    assert facts.source.words.distinct == facts.target.words.distinct == 10
    data = OwnPairs(pairs=store())
    assert data.load().sources == tuple(german)
    assert data.load().targets == tuple(english)
    backwards = data.model_copy(update={"direction": "backwards"}).load()
    assert backwards.sources == tuple(english)


@pytest.mark.parametrize(
    ("names", "source"),
    [
        (("b.source", "a.target"), "b.source"),
        (("x.tgt", "x.src"), "x.src"),
        (("outputs.txt", "my-input.txt"), "my-input.txt"),
        (("resource.de", "resource.en"), "resource.de"),
    ],
)
def test_a_name_may_say_which_is_the_source(names: tuple[str, str], source: str) -> None:
    lines = written(*(f"line {n}" for n in range(12)))
    assert zipped(dict.fromkeys(names, lines)).source.name == source


def test_two_columns_are_pairs_whatever_quotes_they_have() -> None:
    rows = [f'say "{n}"\t"dire {n}' for n in range(12)]
    facts = columns("\n".join(rows))
    assert (facts.pairs, facts.source.name, facts.target.name) == (12, "column 1", "column 2")
    named = columns("source\ttarget\n" + "\n".join(rows) + "\n")
    assert (named.pairs, named.source.name, named.target.name) == (12, "source", "target")
    assert "The first line names the two columns" in named.notes[0]


def test_pairs_with_an_empty_side_are_left_out_and_counted() -> None:
    lines = [f"word {n}" for n in range(14)]
    other = [*lines[:11], "", " ", "x"]
    facts = zipped({"a.en": written(*lines), "a.fr": written(*other)})
    assert (facts.pairs, facts.left_out) == (12, 2)


def test_line_ends_and_strange_spaces() -> None:
    """Only line ends divide: Python's own marks for lines stand in sentences."""
    lines = [f"a\u2028b\x0b{n}" for n in range(12)]
    facts = zipped({"a.en": written(*lines, end="\r\n"), "a.fr": written(*lines)[:-1]})
    assert facts.pairs == 12


SIX = written(*"abcdef")
REFUSED = [
    (
        "unequal",
        {"t.en": written(*"abcdefghijklm"), "t.de": written(*"abcdefghijkl")},
        '"t.de" has 12 lines and "t.en" has 13 lines',
    ),
    ("three files", {"t.en": SIX, "t.de": SIX, "t.fr": SIX}, "The archive has 3 files"),
    ("one file", {"t.en": SIX}, "The archive has 1 file;"),
    ("few", {"t.en": SIX, "t.de": SIX}, "There are 6 pairs with both sides; at least 10"),
    ("binary", {"t.en": b"ab\0c\n" * 12, "t.de": SIX}, '"t.en" cannot be read: it has a zero byte'),
    ("no words", {"t.en": written(*"." * 12), "t.de": written(*"." * 12)}, "There is no word"),
    ("three columns", "a\tb\tc\n" * 12, "Line 1 has 2 tabs; pairs are two texts a line"),
    ("one column", "a\tb\n" * 4 + "lonely\n", "Line 5 has 0 tabs"),
    ("commas", "a,b\n" * 12, "Line 1 has 0 tabs"),
]


@pytest.mark.parametrize(
    ("given", "sentence"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_it_is_refused_with_a_sentence_and_leaves_nothing(
    given: dict[str, bytes] | str, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        columns(given) if isinstance(given, str) else zipped(given)
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")
    assert not list(Path("into").iterdir())


def test_a_table_of_two_columns_is_one_until_a_person_says_otherwise() -> None:
    Path("a.tsv").write_text("label\tmessage\n" + "spam\twin a prize\nham\tsee you\n" * 20)
    formats = []
    for reading in (None, "pairs"):
        into = Path(str(reading))
        into.mkdir()
        found = read_own(Path("a.tsv"), into, file_name="a.tsv", reading=reading)
        formats.append(found.format)
    assert formats == ["csv", "pairs"]


def said(data: OwnPairs) -> dict[str, str]:
    return {each.path: each.message for each in problems(RunConfig(data=data, model=Seq2Seq()))}


def test_what_is_wrong_is_said_before_anything_runs() -> None:
    assert "no pairs are chosen; add two texts" in said(OwnPairs())["data.pairs"]
    assert "a.zip are no stored pairs" in said(OwnPairs(pairs="a.zip"))["data.pairs"]
    assert "the pairs were deleted" in said(OwnPairs(pairs="cd" * 32))["data.pairs"]
    assert said(OwnPairs(pairs=store())) == {}


def test_pairs_that_are_gone_are_a_sentence() -> None:
    data = OwnPairs(pairs=store())
    (own_data_folder() / DIGEST / PAIRS).write_bytes(b"PAR1 rubbish")
    with pytest.raises(FileNotFoundError, match=r"are damaged .*; add the file again"):
        data.load()
    shutil.rmtree(own_data_folder() / DIGEST)
    with pytest.raises(FileNotFoundError, match="not on this machine; choose others"):
        data.load()


def test_the_form_goes_on_with_a_translator() -> None:
    preset = first_for(OwnPairs(pairs=store(parallel(1_000))))
    assert preset is not None
    assert problems(preset.model_copy(update={"data": OwnPairs(pairs=DIGEST)})) == []


def test_what_is_cut_off_is_told() -> None:
    data = OwnPairs(pairs=store(), length=3, target_length=48, tokens=Characters())
    told = data.prepare().told
    assert told["pairs"] == "200: all of them, train.de to train.en"
    assert told["sources"].endswith("100.0 % are cut off, being too long")
    assert told["targets"].endswith(" 0.0 % are cut off, being too long")
    english, german = numbers()
    wanted = np.mean([len(line.split()) > 2 for line in german])
    words = OwnPairs(pairs=DIGEST, length=3).prepare().told["sources"]
    assert f"{100 * wanted:.1f} % are cut off" in words
    assert len(english) == 200


TRANSLATORS = {
    "seq2seq": ("model.embedding=16", "model.hidden=32", "optimizer.learning_rate=1e-2"),
    "t5": (
        *("model.layers=1", "model.width=64", "model.heads=2", "model.dense=128"),
        *("model.dropout=0", "optimizer.learning_rate=3e-3"),
    ),
}


@pytest.mark.parametrize("model", TRANSLATORS)
def test_a_zip_is_learned_from_by_the_engine_alone(model: str) -> None:
    pack(Path("words.zip"), parallel(600))
    words = ["data=pairs", "data.pairs=words.zip", f"model={model}", *TRANSLATORS[model]]
    words += ["data.length=6", "data.target_length=6", "training.epochs=20"]
    words += ["training.batch_size=32", "hardware.device=cpu"]
    config = taken_in(override(RunConfig(), [*words, "hardware.threads=1"]))
    assert isinstance(config.data, OwnPairs)
    events = list(train(config))
    assert isinstance(events[0], Started)
    assert events[0].choices["pairs"] == "600: all of them, train.de to train.en"
    first, *_, tested = [each for each in events if isinstance(each, Evaluation)]
    assert tested.metrics["loss"] < 0.8 * first.metrics["loss"]
    assert tested.tables


def test_it_goes_on_bit_identically(tmp_path: Path) -> None:
    words = [f"data.pairs={store()}", "data.written=8", "data.length=6", "model=seq2seq"]
    words += ["model.hidden=8", "model.dropout=0.3", "data.limit=150"]
    goes_on_bit_identically(
        small("data=pairs", *words, "data.target_length=6", *STRATEGY), tmp_path
    )
