"""Real workers that share the devices of one machine, simulated ones, which train on the CPU."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest
import redis

from jobs.devices.held import hold_free
from jobs.devices.needs import needs_of
from jobs.devices.pool import Simulated
from jobs.home import Home
from jobs.services import runs
from jobs.services.machines import list_machines
from jobs.wire import keys
from tests.jobs.fleet import Fleet, Member, fleet
from tests.jobs.launched import LONG, await_event, finish, launch, until

pytestmark = pytest.mark.alone

NAMES = ("fake:0", "fake:1")


@pytest.fixture
def workers(home: Home) -> Iterator[Fleet]:
    """Two of them, each with both devices in its reach."""
    root = str(home.root)
    with fleet([Member("here", root, NAMES), Member("here", root, NAMES[::-1])]) as running:
        yield running


def launch_on(client: redis.Redis, devices: int) -> str:
    """A long run that needs so many devices."""
    words = [*LONG, f"hardware.devices={devices}"]
    run_id = launch(client, words)
    config = client.get(keys.spec(run_id))
    assert isinstance(config, bytes)
    runs.announce(client, run_id, config.decode())
    assert client.hgetall(keys.needs(run_id))[b"devices"] == str(devices).encode()
    assert needs_of(config.decode()).devices == devices
    return run_id


def free(home: Home) -> set[str]:
    """Devices that nobody holds."""
    held = hold_free(Simulated(NAMES, home))
    names = set(held.names)
    held.release()
    return names


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; in a container nobody may collect it."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_devices_are_shared_out_and_given_back(
    home: Home, client: redis.Redis, workers: Fleet
) -> None:
    one, two = (launch_on(client, 1) for _ in range(2))
    places = {run: await_event(client, run, "claimed")["device"] for run in (one, two)}
    assert set(places.values()) == {"fake:0", "fake:1"}
    for run in (one, two):
        await_event(client, run, "steps", seconds=150)
    assert free(home) == set()
    (machine,) = [each for each in list_machines(client) if each.workers]
    assert {(each.name, each.state) for each in machine.devices} == {
        ("fake:0", "busy"),
        ("fake:1", "busy"),
    }
    large = launch_on(client, 2)
    finish(client, one)
    until(lambda: free(home) == {places[one]}, "the device of the first run")
    assert client.llen("rq:queue:trainyard") == 1, "one device is too few"
    hurt = NAMES.index(places[two])
    (trainer,) = workers.trainers(hurt)
    workers.worker(hurt).kill()
    while alive(trainer):
        assert places[two] not in free(home) or not alive(trainer), "it still saves on its device"
    assert set(await_event(client, large, "claimed")["device"].split(", ")) == {"fake:0", "fake:1"}
    await_event(client, large, "steps", seconds=150)
    assert free(home) == set()
    finish(client, large)
    until(lambda: free(home) == {"fake:0", "fake:1"}, "both devices")
