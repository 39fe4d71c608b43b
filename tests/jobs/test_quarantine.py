"""Entries of the queue that no worker can read: kept with the reason, looked at, discarded."""

from __future__ import annotations

import json

import pytest
import redis

from jobs import quarantine
from jobs.home import Home
from jobs.wire import keys
from tests.jobs.commands import trainyard
from tests.jobs.line import QUEUE


def put(client: redis.Redis, entry: bytes, why: str = "It is no text.") -> None:
    client.rpush(QUEUE, entry)
    quarantine.set_aside(client, QUEUE, entry, why, "m1-w1")


def test_an_entry_is_kept_with_its_reason_and_leaves_the_queue(client: redis.Redis) -> None:
    client.hset("rq:job:evil", mapping={"data": "x"})
    put(client, b"evil", "Refused: its call is not JSON.")
    put(client, b"\xff<b>")
    assert client.llen(QUEUE) == 0
    assert not client.exists("rq:job:evil"), "the recorder may ring anew under this name"
    newest, first = quarantine.look(client)
    assert (newest.entry, newest.why, newest.worker) == ("\\xff<b>", "It is no text.", "m1-w1")
    assert (first.entry, first.why) == ("evil", "Refused: its call is not JSON.")
    assert first.time is not None
    assert newest.time is not None
    assert 0 <= newest.time - first.time < 60


TIMELESS = b'{"entry": "x", "why": "y", "worker": "z", "time": NaN}'


@pytest.mark.parametrize(
    "stored", [b"\xff\xfe", b"[]", b"{}", b'{"entry": 1}', b"[" * 10_000, TIMELESS]
)
def test_whatever_stands_there_is_shown_and_discarded(client: redis.Redis, stored: bytes) -> None:
    client.rpush(keys.QUARANTINE, stored)
    (aside,) = quarantine.look(client)
    assert (aside.why, aside.time) == (quarantine.UNTOLD, None)
    assert len(aside.entry) <= quarantine.SHOWN_LETTERS
    assert quarantine.discard(client, {aside.id}) == [stored]
    assert quarantine.look(client) == []


def test_what_was_discarded_is_put_back_in_its_place(client: redis.Redis) -> None:
    for name in (b"one", b"two", b"three"):
        put(client, name)
    before = quarantine.look(client)
    gone = quarantine.discard(client, {before[1].id})
    assert [each.entry for each in quarantine.look(client)] == ["three", "one"]
    for _ in range(2):
        quarantine.put_back(client, gone)
        assert quarantine.look(client) == before


def test_only_the_newest_are_kept(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "KEPT", 3)
    for number in range(5):
        put(client, b"%d" % number)
    assert [each.entry for each in quarantine.look(client)] == ["4", "3", "2"]


def test_the_command_line_lists_and_discards(home: Home, client: redis.Redis) -> None:
    put(client, b"\xff[red]")
    put(client, b"other")
    assert "[red]" in trainyard("queue", home=home).stdout
    listed = json.loads(trainyard("queue", "--aside", "--json", home=home).stdout)
    assert [each["entry"] for each in listed] == ["other", "\\xff[red]"]
    assert trainyard("discard", home=home).returncode == 2
    wrong = trainyard("discard", "nothing", home=home)
    assert (wrong.returncode, "queue --aside" in wrong.stderr) == (2, True)
    assert trainyard("discard", listed[0]["id"], home=home).returncode == 0
    assert [each.entry for each in quarantine.look(client)] == ["\\xff[red]"]
    assert trainyard("discard", "--all", home=home).returncode == 0
    assert quarantine.look(client) == []
