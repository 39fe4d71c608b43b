"""How alike two sequences are: BLEU, and the number of edits from one to the other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

LONGEST = 4

Tokens = Sequence[Hashable]


def bleu(truths: Sequence[Tokens], outputs: Sequence[Tokens]) -> float | None:
    """BLEU of a whole part, 0 to 1 (Papineni et al. 2002): up to 4 tokens in a row, no smoothing.

    One truth for each output. None where no truth is 4 tokens long: it is undefined there.
    """
    if max(map(len, truths), default=0) < LONGEST:
        return None
    right, written = [0] * LONGEST, [0] * LONGEST
    for truth, output in zip(truths, outputs, strict=True):
        for order in range(1, LONGEST + 1):
            mine, theirs = _runs(output, order), _runs(truth, order)
            right[order - 1] += (mine & theirs).total()
            written[order - 1] += mine.total()
    if 0 in right:
        return 0.0
    precision = sum(math.log(r / w) for r, w in zip(right, written, strict=True)) / LONGEST
    length, wanted = sum(map(len, outputs)), sum(map(len, truths))
    return math.exp(precision + min(0.0, 1 - wanted / length))


def _runs(tokens: Tokens, order: int) -> Counter[tuple[Hashable, ...]]:
    """How often each run of `order` tokens occurs."""
    return Counter(zip(*(tokens[first:] for first in range(order)), strict=False))


def edits(truth: Tokens, output: Tokens) -> int:
    """Fewest insertions, deletions and replacements between the two (Levenshtein 1966)."""
    row = list(range(len(output) + 1))
    for number, wanted in enumerate(truth, start=1):
        left, corner = number, row[0]
        row[0] = number
        for place, found in enumerate(output, start=1):
            left = min(row[place] + 1, left + 1, corner + (wanted != found))
            corner, row[place] = row[place], left
    return row[-1]
