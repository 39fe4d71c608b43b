"""Checks of what Trainyard keeps: Redis, the database, the store, who may read it."""

from __future__ import annotations

import os
import socket
import stat
import time
from pathlib import Path

import redis
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from engine.shared import STORE
from jobs.history.database import database_url
from jobs.history.schema import REVISION
from jobs.home import Home
from jobs.stack.checks.check import Check
from jobs.stack.running import Running
from jobs.store.address import StoreUnusable, shown
from jobs.store.asking import ask
from jobs.store.store import Store, StoreAway
from jobs.wire.connect import RedisUnavailable, connect_unretried

OLDEST_REDIS = 7
STORE_SECONDS = 15.0


def redis_reachable(home: Home) -> Check:
    """Whether the queue's server answers; it need not while nothing was started."""
    given = "REDIS_URL" in os.environ
    try:
        with connect_unretried(home) as client:
            return judge_redis(client.info("server"))
    except (redis.RedisError, RedisUnavailable, ValueError) as error:
        if given:
            remedy = "Start that server, or unset REDIS_URL to use the embedded one."
            return Check("redis", "fail", f"REDIS_URL does not answer: {error}", remedy)
        if Running.alive(home) is None:
            return Check("redis", "ok", "not running; ./trainyard up starts it")
        return Check("redis", "fail", str(error), f"Look at {home.logs}/redis.log.")


def judge_redis(info: dict[str, object]) -> Check:
    """The server's version must be 7.0 or newer."""
    version = str(info.get("redis_version", "0"))
    name = f"{info.get('server_name', 'redis')} {info.get('valkey_version', version)}"
    found = f"{name} answers on port {info.get('tcp_port')}"
    if int(version.split(".")[0]) < OLDEST_REDIS:
        return Check("redis", "fail", found, "Use Redis 7.0 or newer, or Valkey.")
    return Check("redis", "ok", found)


def database(home: Home) -> Check:
    """The history's revision against the one this version knows; reads, never writes."""
    try:
        url = database_url(home)
    except ArgumentError as error:
        return Check("database", "fail", str(error), "Repair TRAINYARD_DATABASE_URL.")
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return Check("database", "ok", f"{shown}: not there yet; the first start makes it")
    try:
        engine = create_engine(url)
        with engine.connect() as connection:
            known = inspect(connection).has_table("alembic_version")
            question = text("SELECT version_num FROM alembic_version")
            revision = connection.execute(question).scalar() if known else None
        engine.dispose()
    except SQLAlchemyError as error:
        remedy = "Start the database, or repair TRAINYARD_DATABASE_URL."
        return Check("database", "fail", f"{shown}: {str(error).splitlines()[0]}", remedy)
    return judge_revision(shown, None if revision is None else str(revision))


def judge_revision(shown: str, revision: str | None) -> Check:
    """A newer database is not for this version; an older one is upgraded at the next start."""
    found = f"{shown}: revision {revision or 'none'}"
    if revision is not None and revision > REVISION:
        remedy = "Update Trainyard, or use another TRAINYARD_HOME."
        return Check("database", "fail", f"{found}, this version knows {REVISION}", remedy)
    if revision != REVISION:
        return Check("database", "ok", f"{found}; the next start upgrades it to {REVISION}")
    return Check("database", "ok", f"{found}, the newest")


def store(home: Home) -> Check:
    """Whether a file can be written where the runs' folders are, and to the store if there is one.

    In a folder it must be synced and renamed too.
    """
    if "://" in os.environ.get(STORE, ""):
        return shared_store()
    folder = home.run("doctor").parent
    place = next(path for path in (folder, *folder.parents) if path.exists())
    probe = place / f".doctor-{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(b"doctor")
            file.flush()
            os.fsync(file.fileno())
        probe.replace(probe.with_suffix(".renamed")).unlink()
    except OSError as error:
        remedy = "Give yourself the right to write there, or name another TRAINYARD_STORE."
        return Check("store", "fail", f"{place}: {error.strerror}", remedy)
    return Check("store", "ok", f"{place} can be written")


def shared_store() -> Check:
    """Whether the store of several machines answers, and takes, gives and removes a file."""
    begun = time.monotonic()
    try:
        ask(try_out, STORE_SECONDS)
    except StoreUnusable as error:
        return Check("store", "fail", str(error), "Repair or unset TRAINYARD_STORE.")
    except StoreAway as error:
        remedy = "Check address, network, rights and credentials; runs keep what they save here."
        return Check("store", "fail", str(error), remedy)
    milliseconds = 1000 * (time.monotonic() - begun)
    found = f"{shown(os.environ[STORE])} takes and gives files ({milliseconds:,.0f} ms)"
    return Check("store", "ok", found)


def try_out(store: Store) -> None:
    """Raises StoreAway where it does not do what it must."""
    key, content = f"doctor-{socket.gethostname()}-{os.getpid()}", os.urandom(1_000)
    store.write(key, content)
    found = store.read(key)
    store.remove(key)
    if found != content:
        raise StoreAway(f"{store.shown} does not give back what it took")


def permissions(home: Home) -> Check:
    """Secrets and state must be readable by their owner only."""
    secrets = (home.root, home.token, home.redis / "endpoint.json", home.redis / "server.conf")
    open_paths = [path for path in secrets if path.exists() and readable_by_others(path)]
    if open_paths:
        names = " ".join(str(path) for path in open_paths)
        return Check("permissions", "fail", f"others may read {names}", f"chmod go-rwx {names}")
    return Check("permissions", "ok", "only you may read the token and the state")


def readable_by_others(path: Path) -> bool:
    """Whether the group or others have any right on it."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
