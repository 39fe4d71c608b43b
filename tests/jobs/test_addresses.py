"""Where the machine that leads others is reached."""

from __future__ import annotations

import json

import psutil
import pytest
import redis

from jobs.gangs import address
from jobs.gangs.gang import Gang, led
from jobs.ids import new_id
from jobs.services.machines import Presence
from jobs.wire import keys

RUN = new_id()
JOB = f"{RUN}_1"
GANG = Gang(JOB, ("a", "b"), address.LOOPBACK)


def test_a_leader_is_reached_where_the_others_are(
    client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = {"job": JOB, "machines": json.dumps(["a", "b"]), "m:a": "a-1", "m:b": "b-1"}
    client.hset(keys.gang(RUN), mapping=begun)  # type: ignore[arg-type]
    Presence("b-1", "b", "fake:0", address=address.LOOPBACK).announce(client)
    gang = led(client, JOB, "127.0.0.1")
    assert gang == GANG, "all on this machine"
    assert Gang.from_json(GANG.to_json()) == GANG
    assert led(client, f"{RUN}_2", "127.0.0.1") is None, "that one is over"
    mine = {each.address for some in psutil.net_if_addrs().values() for each in some}
    assert address.towards(["", "127.0.0.1", "192.0.2.1"]) in mine
    monkeypatch.setenv("TRAINYARD_ADDRESS", "192.0.2.1")
    with pytest.raises(address.NoSuchAddress, match=r"no network interface of this machine has it"):
        address.given()
