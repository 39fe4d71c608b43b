"""A text of one's own: what is taken for one, what is read, what is refused, what is learned."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from engine.config import RunConfig
from engine.data import OwnCorpus
from engine.data.lines import CorpusFacts, corpus, measure, read_corpus
from engine.data.lines.facts import CORPUS
from engine.data.own.facts import read_own
from engine.data.own.taken import taken_in
from engine.data.tables import Refused
from engine.data.tables.place import own_data_folder
from engine.data.tokens import BytePairs, Words
from engine.events import Evaluation, Started
from engine.models import Gpt
from engine.presets import first_for
from engine.problem import SettingsError
from engine.settings.check import problems
from engine.settings.command import override
from engine.train import train
from tests.engine.small import small
from tests.engine.test_resume_text_models import STRATEGY, goes_on_bit_identically
from tests.engine.writings import story

DIGEST = "ab" * 32


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRAINYARD_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path / "home"))


def read(content: bytes) -> CorpusFacts:
    into = Path("into")
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    Path("a.txt").write_bytes(content)
    return read_corpus(Path("a.txt"), into)


def store(content: bytes | None = None) -> str:
    """A corpus in the folder of own data; its digest."""
    folder = own_data_folder() / DIGEST
    folder.mkdir(parents=True)
    Path("a.txt").write_bytes(story().encode() if content is None else content)
    read_corpus(Path("a.txt"), folder)
    return DIGEST


def test_it_is_measured_line_by_line() -> None:
    text = story(50) + "\n  \nThe dog sees the dog.\nlast line without an end"
    facts = read(text.encode())
    lines = text.split("\n")
    full = [line for line in lines if line.strip()]
    words = Counter(word.strip(".").lower() for word in text.split())
    assert (facts.characters, facts.letters) == (len(text), len(set(text)))
    assert (facts.text.lines, facts.text.empty) == (len(lines), 2)
    assert facts.text.duplicates == len(full) - len(set(full))
    assert (facts.text.words.words, facts.text.words.distinct) == (words.total(), len(words))
    assert facts.text.words.top[0].count == max(words.values())
    assert facts.text.lengths.longest == max(map(len, lines))
    assert (Path("into") / CORPUS).read_bytes().decode() == text


WRITTEN = [
    ("utf-8", "utf-8", 0),
    ("utf-8-sig", "utf-8-sig", 0),
    ("utf-16", "utf-16", 0),
    ("utf-16-le", "utf-16-le", 1),
    ("cp1252", "windows-1252", 1),
]


@pytest.mark.parametrize(("encoding", "found", "notes"), WRITTEN)
def test_the_encoding_is_found(encoding: str, found: str, notes: int) -> None:
    text = story(60).replace("friend", "fianc\u00e9")
    if encoding == "utf-16-le":
        text = text.replace("\u00e9", "e")
    facts = read(text.encode(encoding))
    assert (facts.text.encoding, len(facts.notes)) == (found, notes)
    assert (Path("into") / CORPUS).read_bytes().decode() == text


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_line_ends_of_every_system_are_line_feeds(
    end: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.data.tables.encoding.BLOCK_BYTES", block)
    monkeypatch.setattr(measure, "BLOCK_CHARACTERS", block)
    text = story(40).replace("friend", "fianc\u00e9\u20ac")
    facts = read(text.replace("\n", end).encode())
    assert (Path("into") / CORPUS).read_bytes().decode() == text
    assert any("Line ends" in note for note in facts.notes)
    assert facts.text.lines == 40


REFUSED = [
    ("empty", b"", "The file is empty"),
    ("short", b"A few words alone.", "at least 200 are needed"),
    ("binary", story().encode() + b"\0\0", "NUL character"),
    ("PDF", b"%PDF-1.7\n" + story().encode(), "a PDF document"),
    ("web page", b"<!doctype html><html>" + story().encode(), "web page"),
    ("mixed", story().encode() + "\u00e9".encode() + b" \xe9 ", "two encodings are mixed"),
    ("neither", story().encode() + b"\xff\x81", "not Windows-1252 either"),
    ("no words", b". ! ?\n" * 200, "There is no word"),
]


@pytest.mark.parametrize(
    ("content", "sentence"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_it_is_refused_with_a_sentence_and_leaves_nothing(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read(content)
    assert not list(Path("into").iterdir())


def test_a_text_too_long_for_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "MOST_CHARACTERS", 1_000)
    with pytest.raises(Refused, match="more than 1,000 characters"):
        read(story().encode())


TAKEN = [
    ("prose", "a.txt", story(), "corpus"),
    ("prose in Markdown", "a.md", f"# Title\n\n{story()}", "corpus"),
    ("prose with commas", "a.txt", story().replace("sees", "sees, and hears,"), "corpus"),
    ("words", "a.txt", "apple\npear\nplum\n" * 30, "corpus"),
    ("a table", "a.txt", "name,age\n" + "Ann,31\nBo,45\n" * 30, "csv"),
    ("a table of tabs", "a.txt", "name\tage\n" + "Ann Lee\t31\nBo, Jr.\t45\n" * 30, "csv"),
    ("JSON", "a.txt", '{"a": 1}\n' * 40, "jsonl"),
    ("another name", "a.csv", story(), "csv"),
]


@pytest.mark.parametrize(
    ("name", "text", "format"), [each[1:] for each in TAKEN], ids=[each[0] for each in TAKEN]
)
def test_a_text_without_columns_is_a_corpus(name: str, text: str, format: str) -> None:
    Path("into").mkdir()
    Path(name).write_text(text)
    assert read_own(Path(name), Path("into"), file_name=name).format == format


def test_a_person_knows_better() -> None:
    for number, (reading, text) in enumerate(
        (("table", "apple\npear\n" * 99), ("corpus", "a,b\n" * 99))
    ):
        into = Path(str(number))
        into.mkdir()
        Path("a.txt").write_text(text)
        found = read_own(Path("a.txt"), into, file_name="a.txt", reading=reading)  # type: ignore[arg-type]
        assert (found.format == "corpus") == (reading == "corpus")


def test_parts_follow_each_other_and_the_card_knows_its_windows() -> None:
    data = OwnCorpus(corpus=store(), context=16)
    text, prepared = data.load().text, data.prepare()
    assert prepared.vocabulary is not None
    joined = [
        prepared.vocabulary.decode(prepared.parts[name].inputs[0].tolist())
        for name in ("train", "validation")
    ]
    assert text.startswith(joined[0])
    assert text.endswith(joined[1])
    assert prepared.samples == data.sizes()
    assert data.card.licence == "your own"


def said(data: OwnCorpus) -> dict[str, str]:
    config = RunConfig(data=data, model=Gpt())
    return {each.path: each.message for each in problems(config)}


def test_what_is_wrong_is_said_before_anything_runs() -> None:
    assert "no corpus is chosen; add a text file" in said(OwnCorpus())["data.corpus"]
    assert "a.txt is no stored corpus" in said(OwnCorpus(corpus="a.txt"))["data.corpus"]
    assert "the corpus was deleted" in said(OwnCorpus(corpus="cd" * 32))["data.corpus"]
    data = OwnCorpus(corpus=store(story(30).encode()))
    assert said(data.model_copy(update={"context": 8})) == {}
    assert (
        "too few for windows of 512"
        in said(data.model_copy(update={"context": 512}))["data.context"]
    )


def test_a_corpus_that_is_gone_is_a_sentence() -> None:
    data = OwnCorpus(corpus=store())
    (own_data_folder() / DIGEST / CORPUS).unlink()
    with pytest.raises(FileNotFoundError, match=r"is damaged .*; add the file again"):
        data.load()
    shutil.rmtree(own_data_folder() / DIGEST)
    with pytest.raises(FileNotFoundError, match="not on this machine; choose another"):
        data.load()


def test_the_form_goes_on_with_a_language_model() -> None:
    preset = first_for(OwnCorpus(corpus=store()))
    assert preset is not None
    assert isinstance(preset.model, Gpt)
    assert problems(preset.model_copy(update={"data": OwnCorpus(corpus=DIGEST)})) == []


GPT = (
    *("model=gpt", "model.layers=1", "model.width=16", "model.heads=2", "data.context=16"),
    *("model.dropout=0.1", "optimizer.learning_rate=1e-2", "model.sampling.length=20"),
)


@pytest.mark.parametrize("tokens", ["characters", "words", "byte_pairs"])
def test_a_file_is_learned_from_by_the_engine_alone(tokens: str) -> None:
    Path("story.txt").write_text(story(1_500))
    words = ["data=corpus", "data.corpus=story.txt", f"data.tokens={tokens}", *GPT]
    words += ["training.epochs=1", "training.batch_size=32", "hardware.device=cpu"]
    config = taken_in(override(RunConfig(), [*words, "hardware.threads=1"]))
    assert isinstance(config.data, OwnCorpus)
    assert config.data.corpus != "story.txt"
    assert isinstance(config.data.tokens, Words | BytePairs) == (tokens != "characters")
    events = list(train(config))
    assert isinstance(events[0], Started)
    characters = len(story(1_500))
    assert events[0].choices["corpus"] == f"{characters:,} characters: all of it"
    last = [each for each in events if isinstance(each, Evaluation)][-1]
    assert last.metrics["loss"] < 3.8
    assert last.samples


def test_a_file_that_is_no_text_is_a_sentence_at_its_setting() -> None:
    Path("a.bin").write_bytes(b"\0" * 500)
    with pytest.raises(SettingsError, match=r"data\.corpus: a\.bin: .*NUL"):
        taken_in(RunConfig(data=OwnCorpus(corpus="a.bin"), model=Gpt()))
    with pytest.raises(SettingsError, match="there is no file gone"):
        taken_in(RunConfig(data=OwnCorpus(corpus="gone.txt"), model=Gpt()))


def test_it_goes_on_bit_identically(tmp_path: Path) -> None:
    words = ("data=corpus", f"data.corpus={store(story(150).encode())}", "data.limit=none", *GPT)
    goes_on_bit_identically(small(*words, *STRATEGY), tmp_path)
