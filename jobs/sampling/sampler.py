"""`python -m jobs.sampling.sampler`: measures the machine once a second, until its worker ends."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

import redis

from jobs.home import Home
from jobs.sampling.hardware import PERIOD_SECONDS, Meter, machine_name
from jobs.services.machines import publish
from jobs.wire.connect import await_server, connect_unretried
from jobs.working.processes import die_with_parent, on_signals


def main() -> int:
    """Samples until SIGTERM or until the parent has gone. Misses samples while Redis is away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True, help="process id of the worker")
    die_with_parent(parser.parse_args().parent, signal.SIGTERM)
    stopping = threading.Event()
    on_signals(stopping.set, signal.SIGTERM, signal.SIGINT)
    home = Home.from_environment()
    await_server(home, seconds=60)
    client = connect_unretried(home)
    meter, name = Meter(folder=home.root), machine_name()
    while not stopping.wait(PERIOD_SECONDS):
        sample = meter.sample()
        try:
            publish(client, name, sample)
        except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError):
            continue
    return 0


if __name__ == "__main__":
    sys.exit(main())
