"""`./trainyard` itself, in a small checkout: what it makes, what it refuses, how it says so."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

INSTALLER = ("install", "progress", "surroundings")

COMMAND_LINE = """
import os, sys, tinything
print(tinything.VERSION, sys.argv[1:], os.getcwd(), os.environ["TRAINYARD_HOME"])
"""


class Checkout:
    """The launcher with a command line that only tells how it was called, and one dependency."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.wheels = folder / "wheels"
        stack = self.folder / "jobs" / "stack"
        stack.mkdir(parents=True)
        self.wheels.mkdir()
        for path in ("trainyard", *(f"jobs/stack/{name}.py" for name in INSTALLER)):
            shutil.copy(PROJECT / path, self.folder / path)
        for package in (stack.parent, stack):
            (package / "__init__.py").touch()
        (stack.parent / "cli.py").write_text(COMMAND_LINE)
        self.require("1.0")
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }

    def require(self, version: str) -> None:
        """Makes a wheel of that version and pins it."""
        write_wheel(self.wheels, version)
        (self.folder / "requirements.txt").write_text(f"tinything=={version}\n")

    def call(
        self, *arguments: str, program: Path | None = None, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs `./trainyard` with nothing of this process's environment but PATH."""
        return subprocess.run(
            [program or self.folder / "trainyard", *arguments],
            env=self.environment,
            cwd=folder or self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def refusal(self) -> str:
        """The words of a call that must end with status 2 and without a traceback."""
        refused = self.call("up")
        assert refused.returncode == 2, refused
        assert "Traceback" not in refused.stderr
        return refused.stderr


def write_wheel(folder: Path, version: str, needs: str = "") -> None:
    """A package `tinything` by hand, so that no index and no build is needed."""
    info = f"tinything-{version}.dist-info"
    dependency = f"Requires-Dist: {needs}\n" if needs else ""
    files = {
        "tinything.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tinything\nVersion: {version}\n"
        f"{dependency}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    records = [
        f"{name},sha256={urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:-1]},"
        f"{len(text)}"
        for name, text in files.items()
    ]
    files[f"{info}/RECORD"] = "\n".join([*records, f"{info}/RECORD,,"]) + "\n"
    with zipfile.ZipFile(folder / f"tinything-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh one, without `.venv`."""
    return Checkout(tmp_path)


@pytest.mark.alone
def test_installs_once_then_when_the_list_changes(checkout: Checkout, tmp_path: Path) -> None:
    first = checkout.call("launch", "data.path=my file.csv")
    assert first.returncode == 0, first
    assert "trainyard: installing requirements.txt: done after" in first.stderr
    home = checkout.folder / "var"
    assert first.stdout == f"1.0 ['launch', 'data.path=my file.csv'] {checkout.folder} {home}\n"

    link = tmp_path / "bin" / "yard"
    link.parent.mkdir()
    link.symlink_to("../checkout/trainyard")
    began = time.monotonic()
    second = checkout.call("runs", program=link, folder=tmp_path)
    assert time.monotonic() - began < 1.5
    assert (second.stdout, second.stderr) == (f"1.0 ['runs'] {tmp_path} {home}\n", "")

    checkout.require("2.0")
    assert checkout.call("runs").stdout.startswith("2.0 ")


def test_a_folder_of_the_same_name_does_not_hide_ours(checkout: Checkout, tmp_path: Path) -> None:
    stranger = tmp_path / "jobs"
    stranger.mkdir()
    (stranger / "__init__.py").write_text("raise SystemExit('the wrong jobs')")
    called = checkout.call("runs", folder=tmp_path)
    assert (called.returncode, called.stdout[:4]) == (0, "1.0 "), called


def test_an_interrupted_installation_is_repaired(checkout: Checkout) -> None:
    assert checkout.call("runs").returncode == 0
    site_packages = next((checkout.folder / ".venv").glob("lib/python*/site-packages"))
    (
        site_packages / "tinything.py"
    ).unlink()  # what kill -9 in mid-package leaves: listed, not whole
    (checkout.folder / ".venv" / "interrupted").touch()
    (checkout.folder / ".venv" / "installed-requirements.txt").unlink()
    repaired = checkout.call("runs")
    assert repaired.returncode == 0, repaired
    assert "the last installation was interrupted; starting afresh" in repaired.stderr


def test_a_killed_installation_is_repaired(checkout: Checkout) -> None:
    process = subprocess.Popen(
        [checkout.folder / "trainyard", "runs"],
        env=checkout.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert "making .venv" in process.stderr.readline()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    repaired = checkout.call("runs")
    assert (repaired.returncode, repaired.stdout[:4]) == (0, "1.0 "), repaired


def test_two_at_once_install_one_after_the_other(checkout: Checkout) -> None:
    both = [
        subprocess.Popen(
            [checkout.folder / "trainyard", "runs"],
            env=checkout.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert "".join(err for _, err in answers).count("installing requirements.txt: done") == 1


def test_too_old_python_is_a_sentence(checkout: Checkout, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "python3").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n'
    )
    (old / "python3").chmod(0o755)
    for tool in ("bash", "env", "dirname", "readlink"):
        (old / tool).symlink_to(str(shutil.which(tool)))
    checkout.environment["PATH"] = str(old)
    said = checkout.refusal()
    assert "needs Python 3.11 or newer; python3 here is Python 3.9.2" in said
    assert "apt install python3.11" in said
    assert not (checkout.folder / ".venv").exists()


def test_no_network_is_a_sentence(checkout: Checkout) -> None:
    del checkout.environment["PIP_NO_INDEX"], checkout.environment["PIP_FIND_LINKS"]
    # Port 9 (discard) of this machine: closed, so every attempt is refused at once.
    checkout.environment |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    said = checkout.refusal()
    assert "The package index cannot be reached: check the network" in said
    assert str(checkout.folder / "var" / "logs" / "install.log") in said


def test_a_package_that_is_not_there_shows_the_words_of_pip(checkout: Checkout) -> None:
    (checkout.folder / "requirements.txt").write_text("tinything==9.9\n")
    said = checkout.refusal()
    assert "No matching distribution found for tinything==9.9" in said
    checkout.require("1.0")
    assert checkout.call("runs").returncode == 0


def test_no_room_on_the_disk_is_a_sentence(checkout: Checkout, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    # A file system of 8 MB that only this one process sees.
    script = (
        f"mount -t tmpfs -o size=8m tmpfs {small} && cp -r {checkout.folder}/. {small} "
        f"&& exec {small}/trainyard up"
    )
    isolate = ["unshare", "--mount", "--map-root-user", "sh", "-c", script]
    if os.geteuid() == 0:
        isolate.remove("--map-root-user")
    may = subprocess.run([*isolate[:-1], f"mount -t tmpfs tmpfs {small}"], capture_output=True)
    if sys.platform != "linux" or may.returncode != 0:
        pytest.skip("this machine does not let us mount a small file system")
    refused = subprocess.run(isolate, env=checkout.environment, capture_output=True, text=True)
    assert refused.returncode == 2, refused
    assert "the installation needs 3 GB" in refused.stderr
    assert "0.01 GB free" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_no_venv_module_is_a_sentence(checkout: Checkout, tmp_path: Path) -> None:
    shim = tmp_path / "shim"
    shim.mkdir()
    # What Debian's python3 without python3-venv does: everything works but `-m venv`.
    (shim / "venv.py").write_text("raise SystemExit('ensurepip is not available')")
    checkout.environment["PYTHONPATH"] = str(shim)
    said = checkout.refusal()
    assert "python3 could not make a virtual environment" in said
    assert f"apt install python3.{sys.version_info.minor}-venv" in said
