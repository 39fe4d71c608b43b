"""A new optimizer is one class and one name in `engine/optim.py`; everything else follows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.engine.small import PROJECT

CLASS = '''
class RmsProp(Spec):
    """Divides the gradient by a running mean of its size (Hinton, 2012)."""

    title: ClassVar[str] = "RMSprop"
    kind: Literal["rmsprop"] = "rmsprop"
    learning_rate: LearningRate = 1e-3
    smoothing: float = Field(0.99, ge=0, lt=1, description="memory of the squared gradient")

    def build(self, parameters: Iterable[nn.Parameter]) -> TorchOptimizer:
        from torch.optim import RMSprop

        return RMSprop(parameters, lr=self.learning_rate, alpha=self.smoothing)


'''
UNION = "Optimizer = Annotated[AdamW | Adam | Sgd,"


def project_with_rmsprop(folder: Path) -> Path:
    """A copy of the engine in which only `optim.py` differs."""
    shutil.copytree(PROJECT / "engine", folder / "engine")
    file = folder / "engine" / "optim.py"
    source = file.read_text()
    assert UNION in source
    file.write_text(source.replace(UNION, CLASS + UNION.replace("Sgd", "Sgd | RmsProp")))
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python in that copy."""
    return subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_it_is_found_by_command_line_help_validation_and_training(tmp_path: Path) -> None:
    folder = project_with_rmsprop(tmp_path)
    text = run(folder, "-m", "engine", "--help").stdout
    assert "one of adamw, adam, sgd, rmsprop" in text
    assert "optimizer.smoothing = 0.99  [rmsprop]" in text

    refused = run(folder, "-m", "engine", "optimizer=rmsprop", "optimizer.smoothing=2")
    assert refused.returncode == 2
    assert refused.stderr == (
        "optimizer.smoothing: smoothing must be a number at least 0 and below 1; 2 was given\n"
    )

    trained = run(
        folder,
        "-m",
        "engine",
        "preset=iris_mlp",
        "optimizer=rmsprop",
        "training.epochs=2",
        "optimizer.smoothing=0.9",
        "hardware.threads=1",
        "--folder",
        str(tmp_path / "run"),
    )
    assert trained.returncode == 0, trained.stderr
    assert '"reason":"completed"' in trained.stdout.splitlines()[-1]

    script = (
        "from engine.check import problems; from engine.command import override;"
        "from engine.config import RunConfig;"
        "config = override(RunConfig(), ['optimizer=rmsprop', 'training.batch_size=4000']);"
        "print([p.path for p in problems(config)], RunConfig.model_validate_json("
        "config.model_dump_json()).optimizer)"
    )
    checked = run(folder, "-c", script)
    assert checked.stdout == (
        "['training.batch_size'] kind='rmsprop' learning_rate=0.001 smoothing=0.99\n"
    )
