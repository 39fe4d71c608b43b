"""`python -m jobs.worker [--device cpu|cuda:0]`: takes runs from the queue for one device."""

from __future__ import annotations

import argparse
import os
import secrets
import sys

from jobs.children import remove_stale_sockets, socket_path
from jobs.connect import RedisUnavailable, await_server, connect
from jobs.device_worker import DeviceWorker
from jobs.hardware import machine_name
from jobs.home import Home
from jobs.lease import Holder
from jobs.site import Site
from jobs.stack import devices


def main() -> int:
    """Works until SIGTERM. The first one lets the run save itself, the second one does not wait."""
    parser = argparse.ArgumentParser(description="Trains queued runs on one device.")
    parser.add_argument("--device", help="cpu, cuda:0, ...; by default the first GPU, else cpu")
    device = parser.parse_args().device or devices.find()[0]
    home = Home.from_environment().create()
    machine = machine_name()
    # A new name each time: RQ refuses one it has seen until its last life has expired.
    name = f"{machine}-{device.replace(':', '')}-{secrets.token_hex(3)}"
    try:
        await_server(home, seconds=60)
    except RedisUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    path = socket_path(home, name)
    remove_stale_sockets(home)
    site = Site(home, Holder(name, machine, device), path)
    os.environ.update(site.to_environment())
    DeviceWorker(connect(home), site).work(logging_level="INFO")
    return 0


if __name__ == "__main__":
    sys.exit(main())
