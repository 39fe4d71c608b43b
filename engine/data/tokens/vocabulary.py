"""What the pieces of a text are called in numbers; 0 to 3 are padding, unknown, start and end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

PADDING, UNKNOWN, START, END = range(4)
MARKS = ("[padding]", "[unknown]", "[start]", "[end]")
"""how the four are called where a person sees them; no text is encoded to one of them by chance"""


class Vocabulary(ABC):
    """Texts to numbers and back. Learned from the training part, or brought by a model.

    A pretrained model's vocabulary is a subclass with its own numbers for the marks.
    """

    @property
    def padding(self) -> int:
        """The number that fills up short texts."""
        return PADDING

    @property
    def unknown(self) -> int:
        """The number of whatever has no other."""
        return UNKNOWN

    @property
    def start(self) -> int:
        """The number before the first piece, where a model wants one."""
        return START

    @property
    def end(self) -> int:
        """The number after the last piece, where a model wants one."""
        return END

    @property
    @abstractmethod
    def size(self) -> int:
        """How many numbers there are, marks included."""

    @abstractmethod
    def encode(self, text: str) -> list[int]:
        """The numbers of a text's pieces, as many as it has; no mark is put before or after."""

    @abstractmethod
    def decode(self, numbers: Iterable[int]) -> str:
        """The text of some numbers, up to the first end; padding and start are left out."""

    @abstractmethod
    def piece(self, number: int) -> str:
        """What one number stands for, as people read it."""

    def fitted(self, text: str, length: int) -> list[int]:
        """What a classifier reads of a text: its first `length` numbers.

        A pretrained model's vocabulary puts its marks around them here, within `length`.
        """
        return self.encode(text)[:length]

    def until_end(self, numbers: Iterable[int]) -> list[int]:
        """The numbers before the first end, without padding and start."""
        kept: list[int] = []
        for number in numbers:
            if number == self.end:
                break
            if number not in (self.padding, self.start):
                kept.append(int(number))
        return kept


@dataclass(frozen=True)
class PieceList(Vocabulary):
    """A vocabulary that is a list: piece `i` has the number `i`, the four marks come first."""

    pieces: tuple[str, ...]
    split: Callable[[str], Sequence[str]]
    """from a text to its pieces"""
    joint: str
    """what stands between two pieces of a text: a space, or nothing"""

    @property
    def size(self) -> int:
        return len(self.pieces)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Number by piece; without the marks, which no text contains."""
        return {piece: number for number, piece in enumerate(self.pieces) if number > END}

    def encode(self, text: str) -> list[int]:
        """Pieces never seen in training become 1."""
        numbers = self.numbers
        return [numbers.get(piece, UNKNOWN) for piece in self.split(text)]

    def decode(self, numbers: Iterable[int]) -> str:
        """Pieces in their order; what was unknown reads `[unknown]`."""
        return self.joint.join(self.pieces[number] for number in self.until_end(numbers))

    def piece(self, number: int) -> str:
        return self.pieces[number]


def commonest(
    texts: Iterable[str], split: Callable[[str], Sequence[str]], size: int, least: int = 1
) -> tuple[str, ...]:
    """The four marks and the pieces seen most often, `size` in all; none seen under `least` times.

    Equally common ones stand in the order of their characters, so the list is the same everywhere.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(split(text))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    seen = [piece for piece, count in ranked if count >= least]
    return (*MARKS, *seen[: max(0, size - len(MARKS))])
