"""A throw-away PostgreSQL for the tests of the history; skipped where none is installed,
failed where `CI=true`."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from jobs.data_sets import DataSets
from jobs.home import Home
from jobs.wire.endpoint import Endpoint
from jobs.yard import Yard
from tests.jobs.desk import Desk
from tests.jobs.receivers import Hook, listening


@dataclass(frozen=True)
class Postgres:
    """A running server; `database()` makes an empty database."""

    port: int

    def database(self) -> str:
        """The URL of a new database."""
        name = f"t{secrets.token_hex(6)}"
        server = create_engine(
            f"postgresql+pg8000://trainyard@127.0.0.1:{self.port}/postgres",
            isolation_level="AUTOCOMMIT",
        )
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        server.dispose()
        return f"postgresql://trainyard@127.0.0.1:{self.port}/{name}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server in a folder of its own, on a free loopback port."""
    programs = _programs()
    if programs is None and os.environ.get("CI") == "true":
        pytest.fail("PostgreSQL is missing: apt-get install postgresql")
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="trainyard-postgres-"))
    user = _prepare(folder)
    data, port = folder / "data", Endpoint.create().port
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    _run(programs / "initdb", "-D", data, "-U", "trainyard", "-A", "trust", "-E", "UTF8", user=user)
    _run(
        programs / "pg_ctl",
        "-D",
        data,
        "-o",
        options,
        "-w",
        "-l",
        folder / "log",
        "start",
        user=user,
    )
    yield Postgres(port)
    _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", user=user)
    shutil.rmtree(folder)


def _programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; Debian keeps it out of PATH."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in folders if (each / "initdb").exists()), None)


def _prepare(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: `nobody` gets the folder then."""
    if os.geteuid() != 0:
        return None
    os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    return "nobody"


def _run(program: Path, *words: object, user: str | None) -> None:
    command = [str(program), *(str(word) for word in words)]
    # The server inherits the output of pg_ctl: a pipe would never end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, cwd="/", user=user, stdout=output, stderr=output, check=False, timeout=60
        )
        output.seek(0)
        assert done.returncode == 0, output.read().decode()


PEOPLE = "name,mail,age\nAda,ada@example.org,36\nGrace,grace@example.org,85\nAda,ada@example.org,\n"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def sets(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DataSets]:
    """Of an empty home that needs no Redis, with either database."""
    monkeypatch.delenv("TRAINYARD_STORE", raising=False)
    monkeypatch.delenv("TRAINYARD_DATABASE_URL", raising=False)
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        monkeypatch.setenv("TRAINYARD_DATABASE_URL", postgres.database())
    monkeypatch.setenv("TRAINYARD_HOME", str(tmp_path / "home"))
    yard = Yard.open(Home(tmp_path / "home").create())
    yield DataSets.of(yard)
    yard.close()


@pytest.fixture(params=["sqlite", "postgres"])
def desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.delenv("TRAINYARD_DATABASE_URL", raising=False)
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        monkeypatch.setenv("TRAINYARD_DATABASE_URL", server.database())
    yard = Yard.open(Home(tmp_path / "home"))
    yield Desk(yard)
    yard.close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening(Hook()) as found:
        yield found
