"""Why a run waits and when it starts: a sentence for every situation."""

from __future__ import annotations

import pytest

from jobs.devices.gathering import Rest
from jobs.waiting import Moment, Offer, Waiter, outlooks

ONE, TWO = Offer("a", free=1), Offer("b", free=2)
BUSY = Offer("a", busy=(60.0,))
WHY: list[tuple[list[Waiter], list[Offer] | None, str, float | None]] = [
    # queue, offers, what the last one is told, when it starts
    ([Waiter("r")], None, "Redis does not answer. Start everything with ./trainyard up.", None),
    (
        [Waiter("r")],
        [],
        "No worker is running. Start one with ./trainyard up, or ./trainyard worker.",
        None,
    ),
    ([Waiter("r")], [ONE], "A worker takes it in a moment.", 0.0),
    ([Waiter("r", 2)], [ONE], "Needs 2 devices; no machine has more than 1.", None),
    ([Waiter("r", 2)], [ONE, TWO], "A worker takes it in a moment.", 0.0),
    ([Waiter("r")], [BUSY], "Needs 1 device; none is free.", 60.0),
    ([Waiter("r")], [Offer("a", busy=(None,))], "Needs 1 device; none is free.", None),
    ([Waiter("r", 2)], [Offer("a", 1, (90.0,))], "Needs 2 devices; a has 1 free.", 90.0),
    (
        [Waiter("r", 2)],
        [Offer("a", 1, strangers=2)],
        "Needs 2 devices; a has 1 free, and 2 are used by other programs.",
        None,
    ),
    ([Waiter("q", seconds=30.0), Waiter("r")], [BUSY], "Behind 1 run.", 90.0),
    ([Waiter("q"), Waiter("r")], [BUSY], "Behind 1 run.", None),
    ([Waiter("q"), Waiter("r")], [TWO], "A worker takes it in a moment.", 0.0),
    ([Waiter("q"), Waiter("p"), Waiter("r")], [BUSY, BUSY], "Behind 2 runs.", None),
    ([Waiter("q", 2), Waiter("r")], [Offer("a", 1, (9.0,))], "Behind 1 run.", None),
    ([Waiter("q", paused_by="Ada"), Waiter("r")], [BUSY], "Needs 1 device; none is free.", 60.0),
    ([Waiter("r", paused_by="Ada")], [ONE], "Paused by Ada; it goes on when it is resumed.", None),
    ([Waiter("r", paused_by="")], None, "Paused; it goes on when it is resumed.", None),
    (
        [Waiter("r", engine=3)],
        [Offer("a", 1, engine=2)],
        "Waits for a worker with engine 3 or later; there is 2.",
        None,
    ),
    (
        [Waiter("r", kind="cuda")],
        [Offer("a", 1, kinds=frozenset({"cpu"}))],
        "Needs an NVIDIA GPU; no machine here has one.",
        None,
    ),
    (
        [Waiter("r", kind="cuda")],
        [ONE, Offer("b", 0, (60.0,), kinds=frozenset({"cpu", "cuda"}))],
        "Needs 1 device; none is free.",
        60.0,
    ),
    ([Waiter("r", 8)], [Offer("a", 1, shared=True)], "A worker takes it in a moment.", 0.0),
    ([Waiter("r", 8)], [Offer("a", 0, (9.0,), shared=True)], "Needs 8 devices; none is free.", 9.0),
    ([Waiter("q", engine=3), Waiter("r")], [ONE], "A worker takes it in a moment.", 0.0),
    (
        [Waiter("r", 2, 2)],
        [ONE],
        "Needs 2 machines with 2 devices each; no machine has as many here.",
        None,
    ),
    (
        [Waiter("r", 2, 2)],
        [ONE, TWO],
        "Needs 2 machines with 2 devices each; 1 machine has as many here.",
        None,
    ),
    ([Waiter("r", 1, 2)], [ONE, TWO], "A worker takes it in a moment.", 0.0),
    (
        [Waiter("r", 2, 2)],
        [TWO, Offer("c", 1, (70.0,)), Offer("d", 0, (9.0, 90.0))],
        "Needs 2 machines with 2 devices each; b has them free.",
        70.0,
    ),
    (
        [Waiter("r", 1, 3)],
        [ONE, TWO, BUSY],
        "Needs 3 machines with 1 device each; a and b have them free.",
        60.0,
    ),
    (
        [Waiter("r", 1, 3, rest=Rest(held=600, left=432))],
        [ONE, TWO, Offer("c", busy=(None,))],
        "Needs 3 machines with 1 device each; a and b have them free. Devices were kept for it for "
        "10 min, which was not enough; others come first for 8 min, then they are kept for 20 min.",
        None,
    ),
    (
        [Waiter("q"), Waiter("r", 2, rest=Rest(held=1200, left=59))],
        [Offer("a", 1, (90.0,))],
        "Needs 2 devices; a has 1 free. Devices were kept for it for 20 min, which was not enough; "
        "others come first for 1 min, then they are kept for 40 min.",
        None,
    ),
    (
        [Waiter("q", 2, rest=Rest(held=600, left=60)), Waiter("r")],
        [Offer("a", 1, (90.0,))],
        "A worker takes it in a moment.",
        0.0,
    ),
    ([Waiter("r", 1, 2, rest=Rest(600, 60))], [ONE, TWO], "A worker takes it in a moment.", 0.0),
    (
        [Waiter("q", 2, 2, seconds=30.0), Waiter("r", 2)],
        [TWO, Offer("c", 0, (8.0, 9.0))],
        "Behind 1 run.",
        39.0,
    ),
]


@pytest.mark.parametrize(("waiters", "offers", "why", "starts"), WHY)
def test_why_a_run_waits_and_when_it_starts(
    waiters: list[Waiter], offers: list[Offer] | None, why: str, starts: float | None
) -> None:
    last = outlooks(Moment(waiters, offers))[-1]
    assert (last.id, last.why, last.starts_in) == ("r", why, starts)
    waiting = [each for each in waiters if each.paused_by is None]
    assert last.number == (len(waiting) if waiters[-1].paused_by is None else None)
