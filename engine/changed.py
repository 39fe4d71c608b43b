"""The event of a setting that changes while a run trains; what a replay is made of."""

from __future__ import annotations

from typing import Literal

from engine.fact import Fact
from engine.settings.plan import Value, write


class Changed(Fact):
    """A setting is another one from the step after `step` on; or it was asked for and refused."""

    kind: Literal["changed"] = "changed"
    setting: str
    """its path, e.g. `optimizer.learning_rate`"""
    before: Value = None
    after: Value = None
    by: Literal["person", "plan", "guard"]
    who: str = ""
    """the person's name, where it is known"""
    id: str = ""
    """of what a person asked for; the plan and the guard need none"""
    refused: str = ""
    """why it was not done, in a sentence; empty where it was"""
    epochs: int = 0
    """of the whole run as it stands from now on, as in `Started`"""
    total_steps: int = 0

    def sentence(self) -> str:
        """What happened, for people: `learning rate 0.001 → 0.0001 after step 500, as planned`."""
        name = self.setting.rpartition(".")[2].replace("_", " ")
        what = f"{name} {write(self.before)} → {write(self.after)}"
        if self.refused:
            return f"{what} was refused at step {self.step:,}: {self.refused}"
        by = {"plan": "as planned", "guard": "by the guard", "person": f"by {self.who or 'hand'}"}
        return f"{what} after step {self.step:,}, {by[self.by]}"
