"""The table of `./trainyard chaos`, as Markdown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.chaos.plan import VICTIMS
from jobs.chaos.recovery import Felt
from jobs.chaos.verdict import Verdict

HEAD = (
    "| killed with SIGKILL | times | death shown after, p50 / p99 | next new step, p50 / p99 |",
    "|---|---|---|---|",
)
BEGIN, END = "<!-- chaos: begin -->", "<!-- chaos: end -->"


@dataclass(frozen=True)
class Report:
    """Everything that came out of one storm."""

    seed: int
    workers: int
    seconds: float
    felt: Sequence[Felt]
    verdicts: Sequence[Verdict]

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or different, and every run finished."""
        return all(each.good for each in self.verdicts)

    def lines(self) -> list[str]:
        """The table, and a sentence about the runs."""
        rows = [self._row(victim, (victim,)) for victim in VICTIMS]
        return [*HEAD, *rows, self._row("**all**", VICTIMS), "", self.sentence]

    @property
    def sentence(self) -> str:
        """What became of runs, points and weights."""
        total = len(self.verdicts)
        equal = sum(each.weights_equal for each in self.verdicts)
        finished = sum(each.finished for each in self.verdicts)
        points, lost, doubled, different = (
            sum(getattr(each, name) for each in self.verdicts)
            for name in ("points", "lost", "doubled", "different")
        )
        return (
            f"{len(self.felt):,} kills, {total:,} runs, {points:,} points: {lost:,} lost, "
            f"{doubled:,} doubled, {different:,} with another value. {finished:,} of the runs "
            f"finished; final weights of {equal:,} are bit-identical to the undisturbed run. "
            f"Seed {self.seed}, {self.workers} workers, {os.cpu_count()} cores, "
            f"{self.seconds / 60:.1f} min."
        )

    def _row(self, name: str, victims: Sequence[str]) -> str:
        felt = [each for each in self.felt if each.kill.victim in victims]
        shown = spread([each.shown for each in felt if each.shown is not None])
        recovered = spread([each.recovered for each in felt if each.recovered is not None])
        label = {"dashboard": "dashboard (page answers)"}.get(name, name)
        return f"| {label} | {len(felt):,} | {shown} | {recovered} |"


def spread(seconds: Sequence[float]) -> str:
    """Median and 99th percentile."""
    if not seconds:
        return "-"
    ordered = sorted(seconds)
    middle, high = (ordered[min(len(ordered) - 1, int(s * len(ordered)))] for s in (0.5, 0.99))
    return f"{middle:.2f} / {high:.2f} s"


def replaced(text: str, lines: Sequence[str]) -> str:
    """`text` with these lines between its marks. Raises ValueError when it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the text has no {BEGIN} with an {END}")
    return "\n".join([before + BEGIN, *lines, END + after])


def write(readme: Path, lines: Sequence[str]) -> None:
    """Puts the table into the README."""
    readme.write_text(replaced(readme.read_text(), lines))
