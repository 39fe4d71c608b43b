"""The two ends of a gang: ranks start on the other machine, and whatever dies is heard of there.

Real sockets, a real Redis, a real forkserver; what it forks does not train.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
import redis

from engine.events import Hardware
from jobs.gangs import address, line, meeting, shared
from jobs.gangs.gang import Point, dissolve, publish
from jobs.gangs.member import Member
from jobs.home import Home
from jobs.services.machines import Presence
from jobs.wire import keys
from jobs.working import ranks
from jobs.working.forkserver import Forkserver
from jobs.working.lease import Holder
from jobs.working.site import Site
from tests.faults import living
from tests.jobs.room import GANG, JOB, RUN, Room, stub
from tests.jobs.stack import until


@pytest.fixture
def room() -> Iterator[Room]:
    """Closed at the end."""
    opened = Room()
    yield opened
    opened.meeting.close()


@pytest.fixture
def site(tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Of machine b, whose forkserver forks stubs."""
    monkeypatch.setattr(ranks, "main", stub)
    path = tmp_path / "s"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(8)
    pid = os.fork()
    if pid == 0:
        Forkserver(listener).serve()
    listener.close()
    yield Site(home, Holder("b-1", "b", "fake:0"), path)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@pytest.fixture
def gathered(client: redis.Redis) -> redis.Redis:
    """Redis, where the claim has put the gang together; both workers are there."""
    begun = {"job": JOB, "machines": json.dumps(["a", "b"]), "m:a": "a-1", "m:b": "b-1"}
    client.hset(keys.gang(RUN), mapping=begun)  # type: ignore[arg-type]
    for name in "ab":
        Presence(f"{name}-1", name, "fake:0", address=address.LOOPBACK).announce(client)
    return client


def join(gathered: redis.Redis, room: Room, site: Site) -> Member:
    """A member that comes to the meeting."""
    publish(gathered, GANG, room.meeting.point)
    return Member(site, JOB)


def test_a_rank_starts_where_it_belongs_speaks_and_is_ended(
    gathered: redis.Redis, room: Room, site: Site
) -> None:
    rank = room.start()
    member = join(gathered, room, site)
    assert rank.line() == f"1 127.0.0.1 {address.interface('127.0.0.1')}\n"
    assert rank.where == "b"
    rank.kill()
    assert (rank.rest(), rank.wait(), rank.lost) == ("", -signal.SIGKILL, "")
    again = room.start()
    assert again.line().startswith("1 "), "the next fold"
    room.meeting.close()
    until(member.over.is_set, "the end of the member")
    assert member.outcome == "it is over"
    assert room.told == ["b"], "it does not see the run's folder: there is none"


def test_a_member_tells_what_its_machine_does(
    gathered: redis.Redis, room: Room, site: Site
) -> None:
    """Its own processes too, which the worker has not started: its forkserver has."""
    rank = room.start()
    join(gathered, room, site)
    assert rank.line()

    def samples() -> list[Hardware]:
        return [Hardware.model_validate_json(text) for _, text in room.measured]

    until(lambda: any(each.process_memory > 0 for each in samples()), "a sample of its processes")
    assert {machine for machine, _ in room.measured} == {"b"}
    assert {(each.machine, each.gpus == []) for each in samples()} == {("b", True)}


def test_how_a_rank_ends_is_heard_of(gathered: redis.Redis, room: Room, site: Site) -> None:
    failing, hurt = room.start(name="fail"), room.start()
    join(gathered, room, site)
    assert hurt.line()
    assert failing.line()
    assert (failing.rest(), failing.wait()) == ("ValueError: not on this device\n", 1)
    (process,) = _stubs()
    process.kill()
    assert (hurt.rest(), hurt.wait(), hurt.lost) == ("", -signal.SIGKILL, "")


def test_a_sharded_run_needs_the_folder_everywhere(
    gathered: redis.Redis, room: Room, site: Site
) -> None:
    """Every process writes its part of a checkpoint there."""
    apart = room.start(sharded=True)
    join(gathered, room, site)
    assert "does not see the folder of this run" in apart.line()
    assert (apart.rest(), apart.wait()) == ("", 1)


def test_a_member_that_sees_the_folder_may_write_there(
    gathered: redis.Redis, room: Room, site: Site
) -> None:
    site.home.run(RUN).mkdir(parents=True)
    shared.mark(site.home, RUN, room.meeting.point.secret)
    rank = room.start(sharded=True)
    join(gathered, room, site)
    assert rank.line().startswith("1 ")
    assert room.told == []


def test_a_member_ends_with_its_leader(gathered: redis.Redis, room: Room, site: Site) -> None:
    rank = room.start()
    member = join(gathered, room, site)
    assert rank.line()
    processes = _stubs()
    assert len(processes) == 1
    room.meeting.close()
    until(member.over.is_set, "the end of the member")
    assert not living(processes, 5)
    assert (rank.wait(), rank.lost) == (1, "its worker is gone")


def test_a_member_that_shuts_down_says_so(gathered: redis.Redis, room: Room, site: Site) -> None:
    member = join(gathered, room, site)
    until(lambda: room.told == ["b"], "the member")
    member.leave()
    until(lambda: "leaving" in room.told, "its word")


def test_silence_is_death_on_both_ends(
    gathered: redis.Redis, room: Room, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that died closes no connection."""
    monkeypatch.setattr(line, "SILENT_SECONDS", 0.5)
    rank, point = room.start(), room.meeting.point
    with closing(socket.create_connection((point.host, point.port))) as silent:
        hello = {"machine": "b", "secret": point.secret, "shared": True}
        silent.sendall(json.dumps(hello).encode() + b"\n")
        assert (rank.rest(), rank.wait()) == ("", 1)
        assert rank.lost == "it does not answer any more"
    with closing(socket.create_server((address.LOOPBACK, 0))) as listener:
        publish(gathered, GANG, Point.at(*listener.getsockname()))
        member = Member(site, JOB)
        connection, _ = listener.accept()
        until(member.over.is_set, "the end of the member")
        connection.close()
    assert member.outcome == "its leader does not answer any more"


def test_who_does_not_come_is_missed_and_strangers_are_sent_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meeting, "COMING_SECONDS", 0.5)
    room = Room()
    rank, point = room.start(), room.meeting.point
    with closing(socket.create_connection((point.host, point.port))) as stranger:
        stranger.sendall(b'{"machine": "b", "secret": "guessed"}\n')
        until(lambda: stranger.recv(99) == b"", "the end of the connection")
    assert rank.line() == ""
    assert rank.lost == "its worker did not reach 127.0.0.1 within 0 s"
    room.meeting.close()


@pytest.mark.parametrize("how", ["dissolved", "leader gone", "leaving"])
def test_nobody_waits_for_a_gang_that_does_not_begin(
    how: str, gathered: redis.Redis, site: Site
) -> None:
    if how == "leader gone":
        gathered.hdel(keys.WORKERS, "a-1")
    member = Member(site, JOB)
    if how == "dissolved":
        dissolve(gathered, JOB)
    elif how == "leaving":
        member.leave()
    until(member.over.is_set, "its end")
    assert member.outcome == "it did not begin"


def _stubs() -> list[psutil.Process]:
    """What the forkserver has forked, once it runs."""
    mine = psutil.Process()
    # A browser of other tests may be a child of this process, too.
    servers = [each for each in mine.children() if "python" in each.name()]
    return [rank for server in servers for rank in server.children() if "python" in rank.name()]
