"""Texts to numbers and back: what is learned, what is unknown, and that it is always the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.data.tokens import (
    END,
    MARKS,
    PADDING,
    START,
    UNKNOWN,
    BytePairs,
    Characters,
    Tokens,
    WordPieces,
    Words,
)

PROJECT = Path(__file__).parents[2]
TEXTS = (
    "The cat sat on the mat, didn't it?",
    "The dog and the cat ran 1234 miles: Ünïcode £5!",
    "die Katze läuft; le chat court; the running dogs ran",
)
KINDS: list[Tokens] = [Words(), Characters(), WordPieces(size=300), BytePairs(size=300)]


@pytest.mark.parametrize("tokens", KINDS, ids=lambda tokens: tokens.kind)
def test_numbers_start_after_the_marks_and_fit_the_size(tokens: Tokens) -> None:
    vocabulary = tokens.learn(TEXTS)
    numbers = [number for text in TEXTS for number in vocabulary.encode(text)]
    assert min(numbers) > END
    assert max(numbers) < vocabulary.size
    assert vocabulary.encode("") == []


@pytest.mark.parametrize("tokens", [Characters(), BytePairs(size=300)], ids=lambda t: t.kind)
def test_every_character_comes_back(tokens: Tokens) -> None:
    vocabulary = tokens.learn(TEXTS)
    assert [vocabulary.decode(vocabulary.encode(text)) for text in TEXTS] == list(TEXTS)


def test_bytes_come_back_even_when_never_seen() -> None:
    vocabulary = BytePairs(size=300).learn(TEXTS)
    text = "[end] 中文 \n\t🙂"
    assert vocabulary.decode(vocabulary.encode(text)) == text


def test_words_come_back_with_spaces_between() -> None:
    vocabulary = Words().learn(TEXTS)
    assert vocabulary.decode(vocabulary.encode("The cat didn't   sit.")) == (
        "the cat didn't [unknown] [unknown]"
    )
    assert Words(lower_case=False).learn(TEXTS).encode("THE cat")[0] == UNKNOWN


def test_word_pieces_put_unseen_words_together() -> None:
    vocabulary = WordPieces(size=300).learn(TEXTS)
    assert vocabulary.decode(vocabulary.encode("CATS unmat")) == "cats unmat"
    assert vocabulary.encode("cat 中") == [*vocabulary.encode("cat"), UNKNOWN]


def test_commonest_words_are_kept_in_a_fixed_order() -> None:
    words = Words(size=8).learn(["b a", "a b c", "b a d", "d e f"])
    assert [words.piece(number) for number in range(words.size)] == [*MARKS, "a", "b", "d", "c"]
    assert words.encode("a b e") == [4, 5, UNKNOWN]
    assert Words(least=2).learn(["a a b"]).size == len(MARKS) + 1


def test_digits_can_count_as_one() -> None:
    vocabulary = Words(same_digits=True).learn(["call 0123 now"])
    assert vocabulary.encode("call 9876") == vocabulary.encode("call 0123")
    assert vocabulary.encode("12") == [UNKNOWN]


def test_spaces_alone_divide_phonemes() -> None:
    vocabulary = Words(split="spaces", lower_case=False).learn(["K AE1 T-S"])
    assert [vocabulary.piece(n) for n in vocabulary.encode("K AE1 T-S")] == ["K", "AE1", "T-S"]


def test_a_text_ends_at_the_first_end() -> None:
    for tokens in KINDS:
        vocabulary = tokens.learn(TEXTS)
        cat = vocabulary.encode("cat")
        assert vocabulary.decode([START, *cat, END, *cat, PADDING]) == "cat"


def test_a_text_with_a_mark_written_in_it_has_none() -> None:
    for tokens in KINDS:
        found = tokens.learn([*TEXTS, "[end] [padding]"]).encode("[end] [start] [padding]")
        assert not {PADDING, START, END} & set(found)


def test_many_signs_leave_room_for_words() -> None:
    chinese = "".join(chr(0x4E00 + number) for number in range(2_000))
    vocabulary = WordPieces(size=300).learn([*TEXTS, *TEXTS, chinese])
    assert vocabulary.size <= 300


@pytest.mark.parametrize("tokens", KINDS, ids=lambda tokens: tokens.kind)
def test_another_process_learns_the_same(tokens: Tokens) -> None:
    """A run that goes on in a new process must read its texts with the same numbers."""
    program = (
        "import sys; from pydantic import TypeAdapter; from engine.data.tokens import Tokens\n"
        "tokens = TypeAdapter(Tokens).validate_json(sys.argv[1])\n"
        "vocabulary = tokens.learn(sys.argv[2:])\n"
        "print([vocabulary.piece(n) for n in range(vocabulary.size)], 'torch' in sys.modules)"
    )
    vocabulary = tokens.learn(TEXTS)
    for _ in range(3):
        heard = subprocess.run(
            [sys.executable, "-c", program, tokens.model_dump_json(), *TEXTS],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        pieces = [vocabulary.piece(number) for number in range(vocabulary.size)]
        assert heard.stdout == f"{pieces} False\n"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="union_tag_invalid"):
        TypeAdapter(Tokens).validate_python({"kind": "syllables"})
