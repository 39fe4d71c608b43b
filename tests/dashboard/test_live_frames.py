"""What goes over the wire: frames, thinning without losing an extreme, events cut at a position."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dashboard.live.frames import Points, decode, encode, plain
from dashboard.live.tail import Batch, Told, has_gap, unpack
from engine.events import Evaluation, Log, Steps
from jobs.history.thinning import keep
from jobs.wire.journal import Entry
from jobs.wire.packing import pack

VALUES = arrays(np.float32, st.integers(0, 3_000), elements=st.floats(width=32))


@settings(deadline=None)
@given(values=VALUES, pixels=st.integers(1, 400))
def test_thinning_keeps_both_ends_and_every_extreme(values: np.ndarray, pixels: int) -> None:
    kept = keep(values, pixels)
    assert list(kept) == sorted(set(kept))
    assert len(kept) <= max(2 * pixels, 3 * pixels + 2)
    if not len(values):
        return
    assert kept[0] == 0
    assert kept[-1] == len(values) - 1
    width = -(-len(values) // pixels) if len(values) > 2 * pixels else 1
    for start in range(0, len(values), width):
        stretch = values[start : start + width]
        shown = values[kept[(kept >= start) & (kept < start + width)]]
        finite = stretch[np.isfinite(stretch)]
        assert np.isfinite(stretch).all() == np.isfinite(shown).all()
        if len(finite):
            assert finite.min() == np.nanmin(np.where(np.isfinite(shown), shown, np.nan))
            assert finite.max() == np.nanmax(np.where(np.isfinite(shown), shown, np.nan))


def test_one_spike_in_a_million_points_is_drawn() -> None:
    values = np.zeros(1_000_000, np.float32)
    values[777_777] = 9.0
    values[123_456] = np.nan
    kept = keep(values, 1200)
    assert 777_777 in kept
    assert 123_456 in kept
    assert len(kept) < 2_500


@settings(deadline=None)
@given(
    curves=st.dictionaries(
        st.text(max_size=8), st.lists(st.tuples(st.integers(0, 2**31), st.floats()), max_size=20)
    )
)
def test_a_frame_says_the_same_on_the_other_side(
    curves: dict[str, list[tuple[int, float]]],
) -> None:
    with np.errstate(over="ignore"):
        sent = {
            name: Points.of(
                [x for x, _ in points], [x / 2 for x, _ in points], [y for _, y in points]
            )
            for name, points in curves.items()
        }
    header, received = decode(encode({"kind": "delta", "text": "ä\n"}, sent))
    assert header["text"] == "ä\n"
    assert list(received) == list(sent)
    for name, points in sent.items():
        assert np.array_equal(received[name].steps, points.steps)
        assert np.array_equal(received[name].seconds, points.seconds)
        assert np.array_equal(received[name].values, points.values, equal_nan=True)


def test_what_json_cannot_say_is_named() -> None:
    said = plain({"a": [math.nan, math.inf, -math.inf, 1.5], "b": (None, True)})
    assert said == {"a": ["NaN", "Infinity", "-Infinity", 1.5], "b": [None, True]}
    json.dumps(said, allow_nan=False)


def _entry(
    attempt: int, first: int, events: list[Steps | Log | Evaluation]
) -> tuple[bytes, dict[bytes, bytes]]:
    import msgpack

    entries = [Entry(first + i, msgpack.packb(event.to_dict())) for i, event in enumerate(events)]
    return f"{attempt}-{entries[-1].seq}".encode(), {b"e": pack(entries)}


def _steps(step: int) -> Steps:
    return Steps(step=step, epoch=1, seconds=[float(step)], metrics={"train/loss": [1.0 / step]})


def test_entries_that_overlap_after_a_rollback_count_once() -> None:
    entries = [_entry(1, 1, [_steps(1), _steps(2)]), _entry(1, 2, [_steps(2), _steps(3)])]
    assert [item.position for item in unpack(entries, (0, 0))] == [(1, 1), (1, 2), (1, 3)]
    assert [item.position for item in unpack(entries, (1, 2))] == [(1, 3)]


@pytest.mark.parametrize(
    ("after", "positions", "gap"),
    [
        ((0, 0), [(1, 1), (1, 2)], False),
        ((1, 2), [(1, 3)], False),
        ((1, 2), [(1, 4)], True),
        ((1, 2), [(2, 1)], False),
        ((1, 2), [(3, 1), (3, 2)], False),
        ((1, 2), [(2, 2)], True),
        ((1, 2), [(1, 3), (1, 5)], True),
    ],
)
def test_a_missing_event_is_noticed(
    after: tuple[int, int], positions: list[tuple[int, int]], gap: bool
) -> None:
    assert has_gap([Told(position, Log(message="")) for position in positions], after) is gap


def test_a_viewer_gets_only_what_it_has_not_seen() -> None:
    batch = Batch("run", unpack([_entry(1, 1, [_steps(1), _steps(2), _steps(3)])], (0, 0)))
    whole = batch.after((0, 0))
    assert whole is batch.frame(), "encoded once for all"
    assert batch.after((1, 3)) is None
    rest = batch.after((1, 1))
    assert rest is not None
    assert list(decode(rest)[1]["train/loss"].steps) == [2, 3]


def test_a_delta_tells_facts_and_points_of_evaluations() -> None:
    evaluation = Evaluation(
        step=3, split="validation", epoch=1, metrics={"loss": math.nan}, confusion=[[1, 0], [0, 1]]
    )
    batch = Batch("run", unpack([_entry(1, 1, [_steps(3), evaluation, Log(message="hi")])], (0, 0)))
    frame = batch.frame()
    assert frame is not None
    header, curves = decode(frame)
    assert [fact["kind"] for fact in header["facts"]] == ["log"]
    assert header["progress"]["step"] == 3
    assert math.isnan(curves["validation/loss"].values[0])
