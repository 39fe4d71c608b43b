"""Commands reach a run, also one that was not there yet when they were sent."""

from __future__ import annotations

import redis

from jobs.home import Home
from jobs.wire.connect import connect_blocking
from jobs.wire.control import Commands, send, wish


def test_a_command_sent_before_the_trainer_listens(home: Home, client: redis.Redis) -> None:
    send(client, "01RUN", "stop")
    assert wish(client, "01RUN") == "stopped"
    assert Commands(connect_blocking(home), "01RUN").stop_asked.wait(5)


def test_a_command_sent_while_it_listens(home: Home, client: redis.Redis) -> None:
    commands = Commands(connect_blocking(home), "01RUN")
    send(client, "01OTHER", "stop")
    assert not commands.stop_asked.wait(0.2)
    send(client, "01RUN", "stop")
    assert commands.stop_asked.wait(5)
