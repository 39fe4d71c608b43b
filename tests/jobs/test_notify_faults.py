"""Notifications through outages: receivers that fail, hang or are gone, a killed courier."""

from __future__ import annotations

import threading

import pytest

from engine.saving.failpoints import Fault
from jobs.history.notices import newest
from jobs.notify import outbox
from jobs.notify.courier import FIRST_PAUSE, PATIENCE_SECONDS
from tests.jobs.desk import Desk, alert, webhook
from tests.jobs.receivers import Hook, listening
from tests.jobs.saved import save_row


def test_a_receiver_that_fails_is_tried_later_and_later_and_misses_nothing(
    desk: Desk, hook: Hook
) -> None:
    hook.statuses = [500, 503, 302, 200]
    desk.add(webhook(hook))
    run_id = save_row(desk.yard)
    desk.say(run_id, alert(5), alert(6))
    for tries, pause in enumerate((FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE), start=1):
        assert desk.courier.round() == 0
        desk.now += pause * 0.85
        assert desk.courier.round() == 0
        assert len(hook.got) == tries, "a receiver that is down is left alone for a while"
        desk.now += pause * 0.3
    assert "a redirect, and none is followed" in desk.state().error
    assert desk.courier.round() == 2
    assert [each["step"] for each in hook.bodies] == [5, 5, 5, 5, 6]
    assert len({each["id"] for each in hook.bodies}) == 2, "every try has the same id"
    assert desk.state() == outbox.State(sent=2)


def test_one_message_that_is_refused_does_not_hold_up_the_others(desk: Desk, hook: Hook) -> None:
    hook.statuses = [400, 200]
    desk.add(webhook(hook))
    desk.say(save_row(desk.yard), alert(5), alert(6))
    assert desk.courier.round() == 1
    assert [each["step"] for each in hook.bodies] == [5, 6]
    desk.now += 60
    assert desk.courier.round() == 1


def test_it_waits_as_long_as_it_is_asked(desk: Desk, hook: Hook) -> None:
    hook.statuses, hook.headers = [429], {"Retry-After": "300"}
    desk.add(webhook(hook))
    desk.say(save_row(desk.yard), alert(5))
    desk.courier.round()
    desk.now += 299
    desk.courier.round()
    assert len(hook.got) == 1
    desk.now += 2
    desk.courier.round()
    assert len(hook.got) == 2


def test_after_a_day_it_is_given_up_and_that_is_said(desk: Desk) -> None:
    with listening(Hook()) as gone:
        pass  # nobody listens there any more
    desk.add(webhook(gone))
    desk.say(save_row(desk.yard), alert(5))
    desk.courier.round()
    assert desk.state().waiting == 1
    desk.now += PATIENCE_SECONDS + 1
    desk.courier.round()
    state = desk.state()
    assert (state.failed, state.waiting) == (1, 0)
    assert state.error.startswith("no answer (")
    assert "secret-path" not in state.error
    with listening(gone):
        desk.now += 10
        assert desk.courier.round() == 0


@pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
def test_killed_between_sending_and_its_record_it_comes_again_under_the_same_id(
    desk: Desk, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add(webhook(hook))
    desk.say(save_row(desk.yard), alert(5))
    monkeypatch.setenv("TRAINYARD_FAULT", "courier.before_record@1:raise")
    with pytest.raises(Fault):
        desk.courier.round()
    monkeypatch.delenv("TRAINYARD_FAULT")
    assert desk.fresh().round() == 1
    assert len({each["id"] for each in hook.bodies}) == 1
    assert len(hook.bodies) == 2


def test_a_channel_that_hangs_does_not_hold_the_recording(desk: Desk, hook: Hook) -> None:
    hook.hold = threading.Event()
    desk.add(webhook(hook))
    run_id = save_row(desk.yard)
    desk.say(run_id, alert(5))
    stop = threading.Event()
    thread = threading.Thread(target=desk.courier.run, args=(stop,))
    thread.start()
    try:
        for seq in range(2, 21):
            desk.say(run_id, alert(100 + seq), first=seq)
        with desk.yard.history.reading() as connection:
            assert len(newest(connection, 100)) == 20
    finally:
        stop.set()
        hook.hold.set()
        thread.join(20)
    assert not thread.is_alive()
