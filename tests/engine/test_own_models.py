"""A file of the machine's owner is a model like any other: settings, help, training, mistakes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.small import PROJECT

EXAMPLE = re.search(r"```python\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
FAST = ("preset=iris_mlp", "model=wide", "training.epochs=2", "hardware.threads=1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the README's example in it."""
    assert EXAMPLE is not None
    place = tmp_path / "models"
    place.mkdir()
    (place / "wide.py").write_text(EXAMPLE[1])
    return place


def run(folder: Path, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Python with that folder of models."""
    environment = {**os.environ, "TRAINYARD_MODELS": str(folder)}
    return subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def refusals(folder: Path) -> dict[str, str]:
    """Why which file was not taken, by its name."""
    program = (
        "import json; from engine.models import OWN;"
        "print(json.dumps({path.name: reason for path, reason in OWN.refused}))"
    )
    found: dict[str, str] = json.loads(run(folder, "-c", program).stdout)
    return found


def test_the_example_of_the_readme_has_help_bounds_and_trains(folder: Path) -> None:
    text = run(folder, "-m", "engine", "--help").stdout
    assert "model.width = 1024  [wide]" in text
    refused = run(folder, "-m", "engine", *FAST, "model.width=0")
    assert refused.returncode == 2
    assert "width must be a whole number from 1 to 65,536; 0 was given" in refused.stderr
    trained = run(folder, "-m", "engine", *FAST, "model.width=8")
    assert trained.returncode == 0, trained.stderr
    started = json.loads(trained.stdout.splitlines()[0])
    assert started["parameters"] == 4 * 8 + 8 + 8 * 3 + 3
    assert '"completed"' in trained.stdout.splitlines()[-1]


def test_the_pages_read_it_without_torch(folder: Path) -> None:
    program = (
        "import sys, typing; from engine.models import Model; from dashboard.form import fields;"
        "from engine.config import RunConfig;"
        "model = next(f for f in fields.fields(RunConfig) if f.name == 'model');"
        "assert 'wide' in [fields.kind_of(each) for each in model.options];"
        "sys.exit('torch' in sys.modules)"
    )
    done = run(folder, "-c", program)
    assert done.returncode == 0, done.stderr


def test_a_file_that_cannot_be_taken_says_why_and_harms_nobody(folder: Path) -> None:
    example = (folder / "wide.py").read_text()
    wrong = {
        "broken.py": ("def (", "it is not Python"),
        "heavy.py": ("import torch", "line 1 imports torch at the top"),
        "raises.py": ("1 / 0", "ZeroDivisionError: division by zero"),
        "empty.py": ("x = 1", "it declares no model"),
        "same.py": (example.replace('"wide"', '"mlp"'), "which another model is called"),
        "task.py": (
            example.replace('"wide"', '"w2"').replace('"regression"', '"cooking"'),
            "needs tasks",
        ),
    }
    for name, (content, _) in wrong.items():
        (folder / name).write_text(content)
    (folder / "open.py").write_text(example.replace('"wide"', '"w3"'))
    (folder / "open.py").chmod(0o666)
    found = refusals(folder)
    for name, (_, sentence) in wrong.items():
        assert sentence in found[name]
    assert "everybody on this machine may write to it" in found["open.py"]
    assert "wide.py" not in found
    assert run(folder, "-m", "engine", *FAST).returncode == 0


def test_a_wrong_last_layer_is_a_sentence(folder: Path) -> None:
    file = folder / "wide.py"
    file.write_text(file.read_text().replace("card.outputs)", "7)"))
    done = run(folder, "-m", "jobs.cli", "models", "check")
    assert done.returncode == 2
    assert "Wide net gives (1, 7) for one sample, and Iris needs (1, 3)" in done.stderr


def test_a_neighbour_file_can_hold_the_module(folder: Path) -> None:
    (folder / "_net.py").write_text("from torch import nn\n\n\nclass Net(nn.Flatten):\n    pass\n")
    file = folder / "wide.py"
    file.write_text(
        file.read_text()
        .replace("from torch import nn", "from torch import nn\n\n        from ._net import Net")
        .replace("nn.Flatten()", "Net()")
    )
    assert refusals(folder) == {}
    assert run(folder, "-m", "engine", *FAST).returncode == 0
