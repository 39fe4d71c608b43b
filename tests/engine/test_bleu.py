"""BLEU and the edit distance, worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics.bleu import bleu, edits

TRUTH = ["the", "cat", "is", "on", "the", "mat"]


def test_bleu_of_a_slip_worked_out_by_hand() -> None:
    """5 of 6 words, 3 of 5 pairs, 2 of 4 triples and 1 of 3 fours are right."""
    found = bleu([TRUTH], [["the", "cat", "is", "on", "a", "mat"]])
    assert found == pytest.approx((5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4))


def test_what_is_too_short_is_punished_and_what_is_too_long_is_not() -> None:
    assert bleu([TRUTH], [TRUTH[:5]]) == pytest.approx(math.exp(1 - 6 / 5))
    longer = bleu([TRUTH], [[*TRUTH, "now"]])
    assert longer == pytest.approx((6 / 7 * 5 / 6 * 4 / 5 * 3 / 4) ** (1 / 4))


def test_a_word_said_again_and_again_counts_as_often_as_it_is_true() -> None:
    """The example of Papineni et al.: 2 of 7, not 7 of 7; no pair is right, so BLEU is 0."""
    assert bleu([TRUTH], [["the"] * 7]) == 0
    truth, output = list("aabcd"), list("aaaabcd")
    expected = (5 / 7 * 4 / 6 * 3 / 5 * 2 / 4) ** (1 / 4)
    assert bleu([truth], [output]) == pytest.approx(expected)


def test_counts_of_a_whole_part_are_added_up_before_they_are_divided() -> None:
    """Means of sentences would be another number: (0.5373 + 0) / 2 here."""
    truths, outputs = [TRUTH, list("wxyz")], [["the", "cat", "is", "on", "a", "mat"], list("wx")]
    precision = 7 / 8 * 4 / 6 * 2 / 4 * 1 / 3
    expected = precision ** (1 / 4) * math.exp(1 - 10 / 8)
    assert bleu(truths, outputs) == pytest.approx(expected)


def test_bleu_is_undefined_where_no_truth_has_four_tokens() -> None:
    assert bleu([["a", "b", "c"]], [["a", "b", "c"]]) is None
    assert bleu([], []) is None
    assert bleu([TRUTH], [[]]) == 0


@pytest.mark.parametrize(
    ("truth", "output", "count"),
    [
        ("kitten", "sitting", 3),
        ("", "abc", 3),
        ("abc", "", 3),
        ("abc", "abc", 0),
        ("intention", "execution", 5),
        ("ab", "ba", 2),
    ],
)
def test_edits_of_known_pairs(truth: str, output: str, count: int) -> None:
    assert edits(truth, output) == count


def plain(truth: str, output: str) -> int:
    """The definition itself, as slow as it is."""
    if not truth or not output:
        return len(truth) + len(output)
    return min(
        plain(truth[1:], output) + 1,
        plain(truth, output[1:]) + 1,
        plain(truth[1:], output[1:]) + (truth[0] != output[0]),
    )


@given(st.text("ab", max_size=5), st.text("ab", max_size=5))
def test_edits_are_those_of_the_definition(truth: str, output: str) -> None:
    assert edits(truth, output) == plain(truth, output)
