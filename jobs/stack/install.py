"""Makes `.venv` and installs a list of requirements into it. Runs before anything is installed.

`python3 -m jobs.stack.install ROOT LIST`, called by `./trainyard`; the standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from jobs.stack.progress import Progress
from jobs.stack.surroundings import answers, has_nvidia

NEEDED_BYTES = 3_000_000_000
"""what the whole environment takes while it is installed, with the CPU build of torch (measured:
1.8 GB in place, plus pip's unpacking)"""

NEEDED_BYTES_CUDA = 10_000_000_000
"""the same where torch brings CUDA"""

CPU_INDEX = "https://download.pytorch.org/whl/cpu"

NO_ANSWER = ("onnection", "Name or service", "Temporary failure", "from versions: none")
"""words of pip when no index answered"""


class Refused(Exception):
    """The environment cannot be made. The text says why and what to do."""


class Environment:
    """The virtual environment of one checkout. `install` is safe to repeat and to interrupt."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.interrupted = self.folder / "interrupted"
        self.log = Path(os.environ.get("TRAINYARD_HOME", root / "var")) / "logs" / "install.log"

    def install(self, requirements: str) -> None:
        """Installs the list unless it is there already. Raises Refused."""
        with self.locked():
            stamp = self.folder / f"installed-{requirements}"
            text = (self.root / requirements).read_text()
            if self._is_whole() and stamp.exists() and stamp.read_text() == text:
                return
            self._check_space()
            stamp.unlink(missing_ok=True)
            self._create()
            # Still there at the next start: this one was killed, perhaps in mid-package.
            self.interrupted.touch()
            self._prefer_cpu_torch(text)
            # The tests' list is whole; what a package of it only carries data for is left out.
            options = ["--no-deps"] if requirements == "requirements-test.txt" else []
            self._pip(requirements, *options, "-r", requirements)
            # Nothing is half there any more: a killed compiler must not cost the whole
            # environment, perhaps beneath a Trainyard that runs from it.
            self.interrupted.unlink()
            if requirements == "requirements-test.txt":
                self._compile()
            stamp.write_text(text)

    def _is_whole(self) -> bool:
        return self.python.exists() and not self.interrupted.exists()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One installation at a time; a second one waits and says so."""
        self._make_folders()
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.stderr.write("trainyard: waiting for another installation here to end\n")
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _make_folders(self) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
            home = self.log.parent.parent
            # Two installations may make it at the same moment.
            home.mkdir(parents=True, mode=0o700, exist_ok=True)
            self.log.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise Refused(
                f"cannot write {error.filename} ({error.strerror}). Make room or give yourself "
                "the right to write there, then run this command again."
            ) from error

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.root).free
        needed = NEEDED_BYTES_CUDA if has_nvidia() else NEEDED_BYTES
        if self.python.exists() and not self.interrupted.exists():
            needed //= 3
        if free < needed:
            raise Refused(
                f"the installation needs {needed / 1e9:.0f} GB, and {self.root} has "
                f"{free / 1e9:.2f} GB free. Make room there, or clone Trainyard onto a larger "
                "disk, then run this command again."
            )

    def _create(self) -> None:
        if self.interrupted.exists():
            sys.stderr.write("trainyard: the last installation was interrupted; starting afresh\n")
        elif self._has_pip():
            return
        command = [sys.executable, "-m", "venv", "--clear", str(self.folder)]
        if self.progress("making .venv").run(command) != 0 or not self._has_pip():
            raise Refused(
                f"python3 could not make a virtual environment (its words are in {self.log}). On "
                f"Debian and Ubuntu: apt install python{sys.version_info.major}."
                f"{sys.version_info.minor}-venv, then run this command again."
            )

    def _has_pip(self) -> bool:
        command = [str(self.python), "-c", "import pip"]
        return self.python.exists() and (
            subprocess.run(command, capture_output=True, check=False).returncode == 0
        )

    def _prefer_cpu_torch(self, requirements: str) -> None:
        """Without an NVIDIA GPU takes the CPU build of torch: 0.2 GB instead of several.

        Only where pip is as it came: who configured an index knows what it serves. Any failure
        here is no failure: the plain installation follows.
        """
        pin = next((line for line in requirements.splitlines() if line.startswith("torch==")), None)
        if pin is None or sys.platform != "linux" or has_nvidia() or self._index_is_configured():
            return
        if not answers(CPU_INDEX):
            return
        self.progress("installing torch for the CPU").run(
            [*self.pip_command(), "--no-deps", "--index-url", CPU_INDEX, pin]
        )

    def _index_is_configured(self) -> bool:
        command = [str(self.python), "-m", "pip", "config", "list"]
        listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return any(word in listed for word in ("index-url", "find-links", "no-index"))

    def _compile(self) -> None:
        """Compiles all packages. A warning of the compiler would be an error in the first test."""
        # Its answer is not asked for: packages carry templates that are not Python.
        program = "import compileall, sys; compileall.compile_dir(sys.argv[1], quiet=2, workers=0)"
        command = [str(self.python), "-c", program, str(self.folder / "lib")]
        self.progress("compiling the packages").run(command)

    def progress(self, stage: str) -> Progress:
        """One stage, shown on the terminal; its output goes to the log."""
        return Progress(stage, self.log, self.folder)

    def pip_command(self) -> list[str]:
        """`pip install` of this environment with the options that all calls have."""
        options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
        # Compiling all took half of the time; Python compiles what it imports, and keeps it.
        options.append("--no-compile")
        return [str(self.python), "-m", "pip", "install", *options]

    def _pip(self, requirements: str, *arguments: str) -> None:
        progress = self.progress(f"installing {requirements}")
        if progress.run([*self.pip_command(), *arguments], cwd=self.root) != 0:
            self.interrupted.unlink()  # pip itself gave up, before it touched a package
            raise Refused(explain(self.log))


def explain(log: Path) -> str:
    """The sentence for a failed pip: its last words, and what usually helps."""
    said = log.read_text(errors="replace")
    last = "\n".join(f"  {line}" for line in said.splitlines()[-4:])
    if "No space left" in said:
        advice = "The disk is full: make room, then run this command again."
    elif any(words in said for words in NO_ANSWER):
        advice = (
            "The package index cannot be reached: check the network (or the proxy in HTTPS_PROXY, "
            "or the mirror in PIP_INDEX_URL), then run this command again."
        )
    else:
        advice = "Run this command again once that is repaired."
    return f"the installation failed:\n{last}\n{advice} All of pip's words: {log}"


def main() -> int:
    """Installs LIST for the checkout ROOT; 2 and a sentence when that cannot be."""
    root, requirements = Path(sys.argv[1]), sys.argv[2]
    try:
        Environment(root).install(requirements)
    except Refused as refusal:
        sys.stderr.write(f"trainyard: {refusal}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\ntrainyard: interrupted; the next call repairs it\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
