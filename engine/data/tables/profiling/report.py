"""What a profile says, as frozen data: of each column, of the rows, of a target."""

from __future__ import annotations

from typing import Literal

from engine.data.tables import Kind
from engine.spec import Spec


class Histogram(Spec):
    """How often values fall between two neighbouring edges."""

    edges: list[float]
    counts: list[int]


class Common(Spec):
    """A value, as people would write it, and how many rows have it."""

    value: str
    count: int


class Numbers(Spec):
    """Of the finite values of a column of numbers."""

    minimum: int | float
    maximum: int | float
    mean: float
    deviation: float
    """of these values themselves, not an estimate for more of them"""
    quartiles: list[float]
    """a quarter, a half and three quarters of the values are at most that"""
    not_finite: int
    """infinite values, which stand in nothing else here"""
    histogram: Histogram


class Dates(Spec):
    """Of a column of dates; the histogram's edges are seconds since 1970."""

    earliest: str
    latest: str
    histogram: Histogram


class Lengths(Spec):
    """Of a column of texts, in characters."""

    shortest: int
    longest: int
    mean: float
    empty: int
    """cells with a text of no characters; a missing cell has no text"""
    words: float
    """words of a text, on average"""
    histogram: Histogram


class WordProfile(Spec):
    """Of texts: their words, in small letters and without signs."""

    texts: int
    """that were counted: all, or the first ones up to a million different words"""
    words: int
    distinct: int
    once: int
    """words that come a single time"""
    top: list[Common]
    """the most frequent ones, with how often they come"""
    histogram: Histogram
    """of how many words a text has, of all texts"""


class ColumnProfile(Spec):
    """One column. Of `numbers`, `dates` and `lengths` at most one is there, by `kind`."""

    name: str
    kind: Kind
    missing: int
    distinct: int
    """different values; a missing one is none"""
    top: list[Common]
    """the ten most frequent values, where any value comes twice"""
    constant: bool
    id_like: bool
    """each value is there once and says which row it is, not what is in it"""
    personal: str
    """what it may be of persons, e.g. `e-mail addresses`; empty when it does not look so"""
    numbers: Numbers | None = None
    dates: Dates | None = None
    lengths: Lengths | None = None
    words: WordProfile | None = None
    """where texts have several words"""


class Association(Spec):
    """How much a column and the target go together: 0 not at all, 1 (or -1) entirely."""

    column: str
    measure: Literal["Pearson's correlation", "correlation ratio", "Cramér's V"]
    value: float


class Leak(Spec):
    """A column that alone gives the target away."""

    column: str
    score: float
    """on rows that were held out: the share of right classes, or R²"""
    baseline: float
    """the same of always saying the most frequent class, or the mean"""
    sentence: str


class TargetProfile(Spec):
    """What the columns say about the one that is to be predicted."""

    column: str
    task: Literal["classification", "regression"]
    classes: list[Common]
    """the hundred most frequent, with all their rows; empty where a number is predicted"""
    notes: list[str]
    compared_rows: int
    """rows that `associations` and `leaks` were measured on, drawn from all that have a target"""
    associations: list[Association]
    """the strongest first"""
    leaks: list[Leak]


class Profile(Spec):
    """A table, measured."""

    version: int
    rows: int
    duplicate_rows: int
    """rows that are equal to an earlier one in every cell"""
    columns: list[ColumnProfile]
    target: TargetProfile | None = None
