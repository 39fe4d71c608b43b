"""What people make of runs: tags, notes, names, pins, archive, deletion; and finding them again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.config import RunConfig
from jobs.data_sets import DataSets
from jobs.history import runs as rows
from jobs.history.finding import Filter
from jobs.ids import new_id
from jobs.services import organise, runs
from jobs.services.organise import LabelError
from jobs.yard import Yard

ANY_TEXT = st.text(max_size=30)
FAMILY = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
HOSTILE = ["<script>alert(1)</script>", "**b** [x](http://evil)", "名前", FAMILY, "%", "a,b", "'--"]


@pytest.fixture
def yard(sets: DataSets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """With either database and no Redis: nobody watches."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    opened = Yard.open(sets.home)
    yield opened
    opened.close()


def saved(yard: Yard, name: str = "a run", **config: object) -> str:
    """A run that nobody trains: stopped before it began, so over."""
    chosen = RunConfig.model_validate({"name": name, **config})
    run_id = new_id()
    row = {
        "id": run_id,
        "name": name,
        "config": chosen.model_dump_json(),
        "created": 1.0,
        "desired": "stopped",
        "origin": None,
        "launch_key": None,
    }
    with yard.history.writing() as connection:
        rows.add(connection, row)
    return run_id


def found(yard: Yard, **wanted: object) -> list[str]:
    """Names of the runs that fit."""
    fitting, total = organise.page(yard, Filter(**wanted), None)  # type: ignore[arg-type]
    assert total == len(fitting)
    return [run.name for run in fitting]


def test_tags_are_added_and_taken_of_several_runs(yard: Yard) -> None:
    one, two = saved(yard), saved(yard)
    organise.tag(yard, [one, two], ["good", "  to  do "])
    organise.tag(yard, [one], ["good", "new"], remove=["to do", "never there"])
    assert [run.tags for run in organise.several(yard, [one, two])] == [
        ("good", "new"),
        ("good", "to do"),
    ]
    assert organise.facets(yard).tags == {"good": 2, "new": 1, "to do": 1}


def test_two_people_who_tag_at_once_lose_nothing(yard: Yard) -> None:
    run = saved(yard)
    organise.tag(yard, [run], ["old"])
    work = [lambda n=n: organise.tag(yard, [run], [f"tag {n}"], ["old"]) for n in range(8)]
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert runs.get(yard, run).tags == tuple(f"tag {n}" for n in range(8))


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_people_are_kept_and_found(yard: Yard, text: str) -> None:
    run = saved(yard)
    saved(yard, "another")
    organise.tag(yard, [run], [text])
    organise.note(yard, run, f"first\n{text}")
    organise.rename(yard, run, text)
    kept = runs.get(yard, run)
    assert (kept.name, kept.config.name, kept.tags, kept.notes) == (
        text,
        text,
        (text,),
        f"first\n{text}",
    )
    assert found(yard, tags=(text,)) == [text]
    assert text in found(yard, search=text.upper())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tag=ANY_TEXT, notes=ANY_TEXT)
def test_any_text_is_kept_or_refused_with_a_sentence(yard: Yard, tag: str, notes: str) -> None:
    run = saved(yard)
    organise.note(yard, run, notes)
    if not organise.clean(tag):
        with pytest.raises(LabelError, match="this one is empty"):
            organise.tag(yard, [run], [tag])
        return
    organise.tag(yard, [run], [tag])
    (kept,) = runs.get(yard, run).tags
    assert kept == " ".join(kept.split())
    organise.tag(yard, [run], remove=[tag])
    assert runs.get(yard, run).tags == ()


def test_what_is_too_long_or_empty_is_refused(yard: Yard) -> None:
    run = saved(yard, "mine")
    attempts: list[tuple[Callable[[], None], str]] = [
        (lambda: organise.rename(yard, run, " \n"), "needs a name"),
        (lambda: organise.rename(yard, run, "n" * 81), "at most 80 letters"),
        (lambda: organise.tag(yard, [run], [""]), "this one is empty"),
        (lambda: organise.tag(yard, [run], ["t" * 61]), "at most 60 letters"),
        (lambda: organise.tag(yard, [run], [str(n) for n in range(51)]), "at most 50 tags"),
        (lambda: organise.note(yard, run, "n" * 20_001), "at most 20,000 letters"),
    ]
    for refused, sentence in attempts:
        with pytest.raises(LabelError, match=sentence):
            refused()
    kept = runs.get(yard, run)
    assert (kept.name, kept.tags, kept.notes) == ("mine", (), "")


def test_of_several_all_or_none(yard: Yard) -> None:
    run = saved(yard)
    with pytest.raises(runs.UnknownRun, match="no run 'nothing'"):
        organise.archive(yard, [run, "nothing"])
    assert not runs.get(yard, run).archived


def test_pinned_runs_come_first_and_archived_ones_do_not(yard: Yard) -> None:
    ids = {name: saved(yard, name) for name in ("old", "middle", "new")}
    organise.pin(yard, [ids["old"]])
    organise.archive(yard, [ids["middle"]])
    assert found(yard) == ["old", "new"]
    assert found(yard, shelf="archived") == ["middle"]
    organise.pin(yard, [ids["old"]], on=False)
    organise.archive(yard, [ids["middle"]], on=False)
    assert found(yard) == ["new", "middle", "old"]


def test_runs_are_found_by_everything_that_is_known_of_them(yard: Yard) -> None:
    run = saved(yard, "Über den Wolken", data={"kind": "digits"}, model={"kind": "mlp"})
    saved(yard, "100 %", data={"kind": "iris"}, model={"kind": "logistic_regression"})
    organise.tag(yard, [run], ["Straße"])
    organise.note(yard, run, "learns\nSLOWLY")
    for words in ("über", "straße slowly", "digits", "mlp", run[-8:].lower(), "stopped über"):
        assert found(yard, search=words) == ["Über den Wolken"], words
    assert found(yard, search="100 %") == ["100 %"]
    assert found(yard, search="über iris") == []
    assert found(yard, data="iris") == found(yard, model="logistic_regression") == ["100 %"]
    assert found(yard, states=("queued",)) == []
    assert len(found(yard, states=("stopped", "failed"))) == 2
    assert organise.facets(yard).data == {"digits": 1, "iris": 1}


def test_pages_divide_all_that_fits(yard: Yard) -> None:
    for number in range(7):
        saved(yard, f"run {number}")
    divided = [organise.page(yard, Filter(), 3, number) for number in (1, 2, 3, 4)]
    assert [len(page) for page, _ in divided] == [3, 3, 1, 0]
    assert {total for _, total in divided} == {7}
    names = [run.name for page, _ in divided for run in page]
    assert names == [f"run {number}" for number in reversed(range(7))]


def test_a_deleted_run_can_be_had_back(yard: Yard) -> None:
    run = saved(yard, "mine")
    organise.delete(yard, [run])
    assert found(yard) == []
    assert runs.list(yard) == []
    assert found(yard, shelf="deleted") == ["mine"]
    assert runs.find(yard, "mine").deleted
    again = saved(yard, "mine")
    assert runs.find(yard, "mine").id == again
    until = runs.get(yard, run).removal
    organise.delete(yard, [run])
    assert runs.get(yard, run).removal == until, "deleting it twice does not prolong it"
    organise.restore(yard, [run])
    assert found(yard) == ["mine", "mine"]
    with pytest.raises(runs.NotPossible, match="is not deleted"):
        organise.restore(yard, [run])


def test_what_is_removed_now_cannot_be_had_back(yard: Yard) -> None:
    one, two = saved(yard, "one"), saved(yard, "two")
    organise.delete(yard, [one], now=True)
    with pytest.raises(runs.NotPossible, match="too late"):
        organise.restore(yard, [one])
    organise.delete(yard, [two])
    assert organise.empty(yard) == 2
    with pytest.raises(runs.NotPossible, match="too late"):
        organise.restore(yard, [two])
