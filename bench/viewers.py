"""Browsers without a screen: they watch a run over the live socket and count what they get.

A process of their own, so that what they do slows neither the server nor who measures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import websockets
from websockets import Origin

from dashboard import secret
from jobs.home import Home

READY_SECONDS = 30.0


@dataclass
class Received:
    """What each viewer got on average, without its first frame; known when all have gone."""

    bytes_per_second: float = 0.0


@contextmanager
def watching(port: int, run_id: str, count: int) -> Iterator[Received]:
    """`count` viewers of a run as long as the block lasts."""
    command = [sys.executable, "-m", "bench.viewers", str(port), run_id, str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    received = Received()
    try:
        process.stdout.readline()  # all have their first frame
        yield received
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=READY_SECONDS)
        received.bytes_per_second = json.loads(said)


def main() -> int:
    """Watches until SIGTERM, then prints bytes per second and viewer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("run_id")
    parser.add_argument("count", type=int)
    given = parser.parse_args()
    print(asyncio.run(_watch(given.port, given.run_id, given.count)))
    return 0


async def _watch(port: int, run_id: str, count: int) -> float:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    seen = [0] * count
    began = [0.0] * count
    first = [asyncio.Event() for _ in range(count)]
    tasks = [
        asyncio.create_task(_view(port, run_id, number, seen, (began, first)))
        for number in range(count)
    ]
    await asyncio.wait_for(asyncio.gather(*(each.wait() for each in first)), READY_SECONDS)
    print("ready", flush=True)
    await ended.wait()
    now = time.monotonic()
    rates = [size / (now - start) for size, start in zip(seen, began, strict=True)]
    for task in tasks:
        task.cancel()
    return sum(rates) / count


async def _view(
    port: int,
    run_id: str,
    number: int,
    seen: list[int],
    start: tuple[list[float], list[asyncio.Event]],
) -> None:
    token = secret.read_token(Home.from_environment())
    headers = {"Cookie": f"trainyard_{port}={secret.sign_cookie(token)}"}
    hello = {"runs": [run_id], "token": secret.sign_ticket(token, [run_id]), "px": 800}
    url, origin = f"ws://127.0.0.1:{port}/live/ws", Origin(f"http://127.0.0.1:{port}")
    with suppress(asyncio.CancelledError):
        async with websockets.connect(
            url,
            additional_headers=headers,
            origin=origin,
            max_size=None,
        ) as socket:
            await socket.send(json.dumps(hello))
            await socket.recv()
            start[0][number] = time.monotonic()
            start[1][number].set()
            async for message in socket:
                seen[number] += len(message)


if __name__ == "__main__":
    sys.exit(main())
