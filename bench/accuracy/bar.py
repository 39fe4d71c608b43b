"""One claim about accuracy: which runs, which number, and what it must reach."""

from __future__ import annotations

from dataclasses import dataclass

Words = tuple[str, ...]
"""settings as on the command line"""


@dataclass(frozen=True)
class Bar:
    """The mean of `metric` over `runs` must reach `bar`."""

    name: str
    """for the command line, e.g. `mnist_cnn`"""
    what: str
    """model and data, as people call them"""
    preset: str
    metric: str
    """of the test part, or of `split`"""
    bar: float
    runs: tuple[Words, ...]
    """what differs from run to run, e.g. the seed; one that trains folds counts as so many"""
    words: Words = ()
    """what differs from the preset"""
    reference: str = ""
    """a published or independently computed number, and whose"""
    split: str = "test"
    at_most: bool = False
    """whether less is better"""
    needs: tuple[str, ...] = ()
    """files of the internet without which the data cannot be had, e.g. `sms_spam.tsv`"""

    def reached(self, mean: float) -> bool:
        """Whether that is good enough."""
        return mean <= self.bar if self.at_most else mean >= self.bar


def seeds(count: int) -> tuple[Words, ...]:
    """Runs that differ in weights, order and dropout."""
    return tuple((f"training.seed={seed}",) for seed in range(count))


FOLDS: tuple[Words, ...] = (("data.split.folds=5",),)
"""One run that is a cross-validation: each sample is tested once."""
