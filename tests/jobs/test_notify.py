"""Notifications arrive once, signed, in a stable schema; what a storm of them becomes."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from engine.events import Finished
from jobs.events import Claimed, Ended
from jobs.notify import outbox
from jobs.notify.courier import SPAN_ALERTS, SPAN_SECONDS
from tests.jobs.desk import START, Desk, alert, webhook
from tests.jobs.receivers import Hook
from tests.jobs.saved import save_row


def test_an_alert_arrives_once_signed_and_in_the_stable_schema(
    desk: Desk, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINYARD_URL", "https://yard.example.org/base/")
    desk.add(webhook(hook, secret="s3cret"))
    run_id = save_row(desk.yard, "my <b>run</b>")
    desk.say(run_id, alert(812))
    assert desk.courier.round() == 1
    assert desk.courier.round() + desk.fresh().round() == 0
    ((headers, body),) = hook.got
    (found,) = hook.bodies
    assert found == {
        "version": 1,
        "id": headers["Idempotency-Key"],
        "event": "alert",
        "level": "warning",
        "title": "my <b>run</b>: loss spike at step 812",
        "message": "At 812.",
        "step": 812,
        "code": "loss-spike",
        "time": "1970-01-12T13:46:41+00:00",
        "run": {
            "id": run_id,
            "name": "my <b>run</b>",
            "status": "starting",
            "step": 0,
            "url": f"https://yard.example.org/base/run?id={run_id}",
        },
        "count": 1,
        "notices": [
            {
                "event": "alert",
                "level": "warning",
                "code": "loss-spike",
                "step": 812,
                "time": "1970-01-12T13:46:41+00:00",
                "message": "at 812",
            }
        ],
    }
    moment, _, sign = headers["X-Trainyard-Signature"].removeprefix("t=").partition(",v1=")
    signed = moment.encode() + b"." + body
    assert sign == hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert desk.state() == outbox.State(sent=1)


def test_what_a_resume_tells_again_is_one_alert(desk: Desk, hook: Hook) -> None:
    desk.add(webhook(hook))
    run_id = save_row(desk.yard)
    desk.say(run_id, alert(5), alert(9))
    desk.say(run_id, alert(9), alert(12), attempt=2)
    while desk.courier.round():
        pass
    assert [each["step"] for each in hook.bodies] == [5, 9, 12]
    records = desk.yard.history.records(run_id, "alert")
    assert [(each.attempt, each.step) for each in records] == [(1, 5), (1, 9), (2, 12)]


def test_only_what_was_chosen_and_what_came_after_the_channel(desk: Desk, hook: Hook) -> None:
    desk.add(webhook(hook, topics=["error", "failed"]))
    run_id = save_row(desk.yard)
    old = alert(1, level="error").model_copy(update={"time": START - 1})
    end = Finished(step=9, time=START + 2, reason="failed", message="loss became NaN at step 9")
    desk.say(run_id, old, alert(2), alert(3, level="error"), end)
    desk.courier.round()
    assert [each["event"] for each in hook.bodies] == ["alert", "failed"]
    assert hook.bodies[1]["title"] == "a run failed"
    assert hook.bodies[1]["message"] == "Loss became NaN at step 9."


def test_crashes_losses_and_long_waits_are_told(desk: Desk, hook: Hook) -> None:
    desk.add(webhook(hook, topics=["crashed", "lost", "waiting"]))
    run_id, _ = save_row(desk.yard), save_row(desk.yard, "patient", created=START)
    claimed = Claimed(attempt=1, worker="w", machine="m", device="cpu", time=START)
    desk.say(run_id, claimed, Ended(cause="killed by signal 9", signal=9, time=START + 1))
    desk.say(run_id, Ended(cause="Lost contact.", time=START + 2), attempt=2)
    desk.courier.round()
    assert [each["event"] for each in hook.bodies] == ["crashed", "lost"]
    desk.now += 2_000
    desk.courier.round()
    desk.now += 2_000
    desk.courier.round()
    assert [each["title"] for each in hook.bodies[2:]] == ["patient waits for a worker"]


def test_a_storm_of_alerts_becomes_a_few_messages_and_a_digest(desk: Desk, hook: Hook) -> None:
    desk.add(webhook(hook))
    stormy, calm = save_row(desk.yard, "stormy"), save_row(desk.yard, "calm")
    desk.say(stormy, *(alert(step) for step in range(1, 41)))
    desk.say(calm, alert(7))
    while desk.courier.round():
        pass
    counts = [each["count"] for each in hook.bodies if each["run"]["name"] == "stormy"]
    assert counts == [1] * (SPAN_ALERTS - 1) + [36]
    assert hook.bodies[-1]["run"]["name"] == "calm" or counts[-1] == 36
    digest = next(each for each in hook.bodies if each["count"] == 36)
    assert digest["title"] == "stormy: 36 more alerts"
    assert digest["message"].endswith("... and 26 more.")
    desk.say(stormy, alert(50), alert(51), first=41)
    assert desk.courier.round() == 0
    end = Finished(step=60, time=START + 9, reason="completed", message="done")
    desk.say(stormy, end, first=43)
    assert desk.courier.round() == 1, "an end does not wait"
    desk.now += SPAN_SECONDS + 1
    assert desk.courier.round() == 2
    assert desk.state().waiting == 0
