"""Notifications arrive: once, in order, through outages, at real servers."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from engine.events import Alert, Finished
from engine.saving.failpoints import Fault
from engine.spec import Spec
from jobs.events import Claimed, Ended
from jobs.history.notices import newest
from jobs.home import Home
from jobs.notify import channels as places
from jobs.notify import outbox
from jobs.notify.channels import Channel
from jobs.notify.courier import FIRST_PAUSE, PATIENCE_SECONDS, SPAN_ALERTS, SPAN_SECONDS, Courier
from jobs.recording.store import Heard, store
from jobs.yard import Yard
from tests.jobs.receivers import Hook, Post, listening, taking_mail
from tests.jobs.saved import save_row

START = 1_000_000.0


@dataclass
class Desk:
    """A yard without Redis, its courier, and a clock that the test moves."""

    yard: Yard
    now: float = START

    def __post_init__(self) -> None:
        self.courier = self.fresh()

    def fresh(self) -> Courier:
        """As after a restart."""
        return Courier(self.yard.history, self.yard.home, now=self.tick)

    def tick(self) -> float:
        """The time, and a thousandth of a second goes by."""
        self.now += 0.001
        return self.now

    def add(self, channel: Channel) -> None:
        places.add(self.yard.home, channel)

    def say(self, run_id: str, *events: Spec, attempt: int = 1, first: int = 1) -> None:
        heard = [Heard(attempt, seq, event) for seq, event in enumerate(events, start=first)]  # type: ignore[arg-type]
        with self.yard.history.writing() as connection:
            store(connection, run_id, heard)

    def state(self, name: str = "webhook") -> outbox.State:
        with self.yard.history.reading() as connection:
            return outbox.states(connection, [name])[name]


@pytest.fixture(params=["sqlite", "postgres"])
def desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.delenv("TRAINYARD_DATABASE_URL", raising=False)
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        monkeypatch.setenv("TRAINYARD_DATABASE_URL", server.database())
    yard = Yard.open(Home(tmp_path / "home"))
    yield Desk(yard)
    yard.close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening(Hook()) as found:
        yield found


def webhook(hook: Hook, **changes: object) -> Channel:
    usual = {"name": "webhook", "kind": "webhook", "address": hook.url, "created": START}
    return Channel.model_validate({**usual, **changes})


def alert(step: int, code: str = "loss-spike", level: str = "warning") -> Alert:
    return Alert.model_validate(
        {"step": step, "time": START + 1, "code": code, "level": level, "message": f"at {step}"}
    )


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


@pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
def test_mail_arrives_and_a_name_becomes_no_header(desk: Desk) -> None:
    with taking_mail(Post()) as post:
        channel = Channel(
            name="mail",
            kind="email",
            address="me@example.org",
            sender="yard@example.org",
            server=f"smtp+plain://127.0.0.1:{post.port}",
            created=START,
        )
        desk.add(channel)
        desk.say(save_row(desk.yard, "Käse\r\nBcc: all@example.org"), alert(812))
        assert desk.courier.round() == 1
    (letter,) = post.letters
    found = message_from_string(letter, policy=default)
    assert found["Subject"] == "Käse Bcc: all@example.org: loss spike at step 812"
    assert found["To"] == "me@example.org"
    assert found["Bcc"] is None
    assert found["Message-ID"].endswith("@trainyard.invalid>")
    assert "At 812." in found.get_content()


@pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
def test_a_mail_server_that_refuses_or_has_no_tls_says_so(desk: Desk) -> None:
    with taking_mail(Post("550 no such person")) as post:
        mail = {
            "kind": "email",
            "address": "me@example.org",
            "sender": "yard@example.org",
            "created": START,
        }
        for name, scheme in (("plain", "smtp+plain"), ("open", "smtp")):
            server = f"{scheme}://127.0.0.1:{post.port}"
            desk.add(Channel.model_validate({**mail, "name": name, "server": server}))
        desk.say(save_row(desk.yard), alert(5))
        assert desk.courier.round() == 0
    assert desk.state("plain").error == "the server answered 550: no such person"
    assert "STARTTLS" in desk.state("open").error
