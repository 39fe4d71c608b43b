"""A new optimizer is one class and one name in its family's file; everything else follows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.engine.small import PROJECT

CLASS = '''
class Rprop(OptimizerSpec):
    """Looks at the sign of the gradient alone (Riedmiller and Braun, 1993)."""

    title: ClassVar[str] = "Rprop"
    kind: Literal["rprop"] = "rprop"
    learning_rate: LearningRate = 1e-2
    shrink: float = Field(0.5, gt=0, lt=1, description="factor where the sign changed")

    def build(self, model: nn.Module) -> TorchOptimizer:
        from torch.optim import Rprop as TorchRprop

        return TorchRprop(trained(model), lr=self.learning_rate, etas=(self.shrink, 1.2))


'''
UNION = "Descent = Sgd | GradientDescent"


def project_with_rprop(folder: Path) -> Path:
    """A copy of the engine in which only the file of one family differs."""
    shutil.copytree(PROJECT / "engine", folder / "engine")
    file = folder / "engine" / "optim" / "descent.py"
    source = file.read_text()
    assert UNION in source
    file.write_text(source.replace(UNION, f"{CLASS}{UNION} | Rprop"))
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python in that copy."""
    return subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_it_is_found_by_command_line_help_validation_and_training(tmp_path: Path) -> None:
    folder = project_with_rprop(tmp_path)
    text = run(folder, "-m", "engine", "--help").stdout
    assert ", sgd, gradient_descent, rprop, rmsprop, " in text
    assert "optimizer.shrink = 0.5  [rprop]" in text

    refused = run(folder, "-m", "engine", "optimizer=rprop", "optimizer.shrink=2")
    assert refused.returncode == 2
    assert refused.stderr == (
        "optimizer.shrink: shrink must be a number above 0 and below 1; 2 was given\n"
    )

    trained = run(
        folder,
        "-m",
        "engine",
        "preset=iris_mlp",
        "optimizer=rprop",
        "training.epochs=2",
        "optimizer.shrink=0.4",
        "hardware.threads=1",
        "--folder",
        str(tmp_path / "run"),
    )
    assert trained.returncode == 0, trained.stderr
    assert '"reason":"completed"' in trained.stdout.splitlines()[-1]

    script = (
        "from engine.settings.check import problems; from engine.settings.command import override;"
        "from engine.config import RunConfig;"
        "config = override(RunConfig(), ['optimizer=rprop', 'training.batch_size=4000']);"
        "print([p.path for p in problems(config)], RunConfig.model_validate_json("
        "config.model_dump_json()).optimizer)"
    )
    checked = run(folder, "-c", script)
    assert checked.stdout == (
        "['training.batch_size'] learning_rate=0.01 kind='rprop' shrink=0.5\n"
    )
