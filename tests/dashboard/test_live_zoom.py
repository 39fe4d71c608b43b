"""Over the socket: windows of a run that goes on, wishes that cannot be granted, less of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bench.writer import Writer, save
from jobs.ids import new_id
from jobs.yard import Yard
from tests.dashboard.serving import Dashboard, free_port, serving
from tests.dashboard.tab import Tab, tab

pytestmark = pytest.mark.usefixtures("recorder")


@pytest.fixture
def writer(yard: Yard) -> Iterator[Writer]:
    """A run in the middle of its training."""
    going = Writer(yard, save(yard), total_steps=100_000)
    going.begin()
    yield going
    going.close()


def window(page: Tab, number: int, run: str, begin: float, end: float, **more: Any) -> Any:
    """Header and curves of the answer."""
    page.say({"window": number, "run": run, "from": begin, "to": end, "px": 400, **more})
    page.until(lambda: number in page.windows)
    return page.windows[number]


def test_a_window_holds_its_points_one_neighbour_each_and_the_tail(
    dashboard: Dashboard, writer: Writer
) -> None:
    for _ in range(20):
        writer.steps(500)
    writer.hardware()
    with tab(dashboard, [writer.run_id]) as before:
        before.until(lambda: before.steps(writer.run_id)[-1:] == [10_000])
    with tab(dashboard, [writer.run_id], px=200) as page:
        page.until(lambda: page.steps(writer.run_id)[-1:] == [10_000])
        assert len(page.steps(writer.run_id)) < 1_000
        header, curves = window(page, 1, writer.run_id, 5_000, 5_100)
        assert list(curves["train/loss"].steps) == list(range(4_999, 5_102))
        assert header["exact"]["train/loss"] is True
        assert (header["run"], header["from"], header["to"]) == (writer.run_id, 5_000, 5_100)
        header, curves = window(page, 2, writer.run_id, 0, 1e9, metrics=["train/loss"])
        assert list(curves) == ["train/loss"]
        assert header["exact"] == {"train/loss": False}
        assert list(curves["train/loss"].steps)[-1] == 10_000
        writer.steps(10)
        page.until(lambda: page.steps(writer.run_id)[-1] == 10_010)
        # What a page was shown is in the window, whether it is stored already or not.
        header, curves = window(page, 3, writer.run_id, 9_990, 20_000)
        assert list(curves["train/loss"].steps) == list(range(9_989, 10_011))
        seconds = curves["train/loss"].seconds
        header, curves = window(
            page, 4, writer.run_id, seconds[5], seconds[9], axis="time", metrics=["train/loss"]
        )
        # Bursts of this writer overlap in time; the clock decides.
        assert set(range(9_994, 9_999)) <= set(curves["train/loss"].steps)
        inside = curves["train/loss"].seconds
        assert list(inside) == sorted(inside)
        assert inside[0] < seconds[5] <= inside[1] <= inside[-2] <= seconds[9] < inside[-1]
        assert header["axis"] == "time"


@pytest.mark.parametrize(
    ("wish", "number", "sentence"),
    [
        ("{", 0, "not JSON"),
        ("[]", 0, "must be an object"),
        ({"run": "RUN", "from": 0, "to": 1}, 0, "must have a whole number"),
        ({"window": 5, "run": new_id(), "from": 0, "to": 1}, 5, "does not show"),
        ({"window": 5, "run": f"before {new_id()}", "from": 0, "to": 1}, 5, "does not show"),
        ({"window": 5, "run": "RUN", "to": 1}, 5, "from is None; it must be a number"),
        ({"window": 5, "run": "RUN", "from": 2, "to": 1}, 5, "ends at 1, before it begins at 2"),
        ({"window": 5, "run": "RUN", "from": 0, "to": float("inf")}, 5, "to must be a finite"),
        ({"window": 5, "run": "RUN", "from": 0, "to": 1, "axis": "age"}, 5, "step or time"),
        ({"window": 5, "run": "RUN", "from": 0, "to": 1, "px": "wide"}, 5, "a whole number"),
        ({"window": 5, "run": "RUN", "from": 0, "to": 1, "metrics": 7}, 5, "a list of at most"),
    ],
)
def test_a_wish_that_cannot_be_granted_closes_nothing(
    one_dashboard: tuple[Dashboard, str], wish: Any, number: int, sentence: str
) -> None:
    dashboard, run = one_dashboard
    with tab(dashboard, [run]) as page:
        page.say({**wish, "run": run} if "RUN" in str(wish) else wish)
        page.until(lambda: "refused" in page.kinds())
        refused = next(header for header in page.headers if header["kind"] == "refused")
        assert refused["window"] == number
        assert sentence in refused["message"]
        window(page, 6, run, 0, 10)
        _, behind = window(page, 7, f"before {run}", 0, 10)
        assert behind == {}, "it began at step 0"


@pytest.fixture(scope="module")
def one_dashboard(
    tmp_path_factory: pytest.TempPathFactory, server: Any
) -> Iterator[tuple[Dashboard, str]]:
    """For the wishes, all on one run."""
    from tests.conftest import joined

    with joined(server, tmp_path_factory.mktemp("wishes")) as home:
        yard = Yard.open(home)
        run = save(yard)
        writer = Writer(yard, run)
        writer.begin()
        writer.steps(20)
        with serving(home, free_port()) as served:
            yield served, run
        writer.close()
        yard.close()


def test_only_the_newest_wish_is_answered(dashboard: Dashboard, writer: Writer) -> None:
    writer.steps(1_000)
    with tab(dashboard, [writer.run_id]) as page:
        page.until(lambda: page.steps(writer.run_id))
        for number in range(1, 101):
            page.say({"window": number, "run": writer.run_id, "from": number, "to": 500})
        page.until(lambda: 100 in page.windows)
        assert len(page.windows) < 100
        assert page.windows[100][1]["train/loss"].steps[0] == 99


def test_a_comparison_gets_the_curves_it_draws_and_no_facts(
    dashboard: Dashboard, writer: Writer
) -> None:
    writer.hardware()
    writer.steps(10)
    less = {"hardware": False, "facts": False}
    with (
        tab(dashboard, [writer.run_id], **less) as page,
        tab(dashboard, [writer.run_id], metrics=["train/loss"], facts=False) as fewer,
    ):
        page.until(lambda: page.steps(writer.run_id))
        fewer.until(lambda: fewer.steps(writer.run_id))
        writer.hardware()
        writer.checkpoint()
        writer.steps(10)
        page.until(lambda: page.steps(writer.run_id)[-1] == 20)
        fewer.until(lambda: fewer.steps(writer.run_id)[-1] == 20)
        for each in (page, fewer):
            assert not any(header.get("facts") for header in each.headers)
        assert {metric for _, metric in page.curves} == {
            "train/loss",
            "train/learning_rate",
            "train/gradient_norm",
        }
        assert {metric for _, metric in fewer.curves} == {"train/loss"}


def test_a_paced_page_gets_few_frames_and_every_point(dashboard: Dashboard, writer: Writer) -> None:
    with (
        tab(dashboard, [writer.run_id], hz=2) as page,
        tab(dashboard, [writer.run_id]) as all_of_it,
    ):
        page.until(lambda: "snapshot" in page.kinds())
        for _ in range(40):
            writer.steps(5)
            all_of_it.until(lambda: all_of_it.steps(writer.run_id)[-1:] == [writer.step])
        page.until(lambda: page.steps(writer.run_id)[-1:] == [200])
        assert page.steps(writer.run_id) == all_of_it.steps(writer.run_id) == list(range(1, 201))
        assert page.kinds().count("delta") < all_of_it.kinds().count("delta") / 2
