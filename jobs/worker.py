"""`python -m jobs.worker [--device cpu|cuda:0,...]`: takes runs from the queue, one at a time."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence

from jobs.devices.pool import Devices, devices_of
from jobs.gangs.address import given as own_address
from jobs.home import Home
from jobs.sampling.hardware import machine_name
from jobs.stack import devices
from jobs.store.address import StoreUnusable
from jobs.store.address import address as store_address
from jobs.wire.connect import RedisUnavailable, await_server, connect
from jobs.working.children import remove_stale_sockets, socket_path
from jobs.working.device_worker import DeviceWorker
from jobs.working.lease import Holder
from jobs.working.site import Site


def main() -> int:
    """Works until SIGTERM. The first one lets the run save itself, the second one does not wait."""
    parser = argparse.ArgumentParser(description="Trains queued runs, one at a time.")
    parser.add_argument(
        "--device",
        help="what it may take, the preferred one first: cpu, or cuda:0,cuda:1,...; "
        "by default all GPUs, else cpu",
    )
    given = parser.parse_args().device
    home = Home.from_environment().create()
    try:
        store_address()
        own_address()
        names = given.split(",") if given else devices.find()
        pool = devices_of(home, names)
        await_server(home, seconds=60)
    except (RedisUnavailable, StoreUnusable, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    worker_of(home, names, pool).work(logging_level="INFO")
    return 0


def worker_of(home: Home, names: Sequence[str], pool: Devices) -> DeviceWorker:
    """A worker of this process, before it says hello."""
    machine = machine_name()
    # A new name each time: RQ refuses one it has seen until its last life has expired.
    name = f"{machine}-{names[0].replace(':', '')}-{secrets.token_hex(3)}"
    path = socket_path(home, name)
    remove_stale_sockets(home)
    site = Site(home, Holder(name, machine, names[0]), path)
    os.environ.update(site.to_environment())
    return DeviceWorker(connect(home), site, pool)


if __name__ == "__main__":
    sys.exit(main())
