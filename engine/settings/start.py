"""Where a fork begins: at a checkpoint of another run, whose files lie in the fork's own folder."""

from __future__ import annotations

from pydantic import Field

from engine.spec import Spec

CHECKPOINT = r"step-\d+(?:-evaluated)?-a\d+"
"""what the folder of a checkpoint is called"""


class Start(Spec):
    """A checkpoint of another run, told apart from every other one by its digest."""

    run: str = Field(pattern=r"^[0-9A-Z]{26}$", description="id of the run that wrote it")
    step: int = Field(ge=0, description="optimizer steps that are behind it")
    fold: int = Field(0, ge=0, le=100, description="the fold it is of; 0 without folds")
    checkpoint: str = Field(pattern=f"^{CHECKPOINT}$", description="its folder in that run")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its manifest")

    def words(self) -> str:
        """As the command line takes it: `<run>@<step>`."""
        return f"{self.run}@{self.step}"

    def place(self) -> str:
        """For people: `step 1,200`, `step 40 of fold 2`."""
        fold = f" of fold {self.fold}" if self.fold else ""
        return f"step {self.step:,}{fold}"
