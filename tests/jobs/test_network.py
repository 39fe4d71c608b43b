"""Two hosts whose cable is cut: in network namespaces, where these may be made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "network" / "cases.py"
TOOLS = ("ip", "unshare", "nsenter")


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_hosts_whose_cable_is_cut() -> None:
    isolate = _isolate()
    done = subprocess.run(
        [*isolate, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(CASES)],
        cwd=CASES.parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "2 passed" in done.stdout


def _isolate() -> list[str]:
    """The words before a command that give it a network of its own; skips where none may be made.

    Separate homes and processes, without a network between them, are tested everywhere.
    """
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"this machine has no {missing[0]}")
    isolate = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    probe = "ip link add near type veth peer name far"
    if subprocess.run([*isolate, "sh", "-c", probe], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make networks of their own")
    return isolate
