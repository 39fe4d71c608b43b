"""Pieces of words, learned by the package tokenizers: WordPiece and byte-level byte pairs.

Both come out the same in every process: a run that goes on must read its texts as before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from engine.data.tokens.vocabulary import MARKS, UNKNOWN, Vocabulary, commonest
from engine.spec import Spec

if TYPE_CHECKING:
    from tokenizers import Tokenizer

INSIDE = "##"
"""begins a WordPiece that is not the beginning of a word, as in BERT's vocabulary"""


@dataclass(frozen=True)
class Subwords(Vocabulary):
    """A tokenizer of the package, whose numbers 0 to 3 are our marks."""

    tokenizer: Tokenizer

    @property
    def size(self) -> int:
        return int(self.tokenizer.get_vocab_size())

    def encode(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, numbers: Iterable[int]) -> str:
        return str(self.tokenizer.decode(self.until_end(numbers), skip_special_tokens=False))

    def piece(self, number: int) -> str:
        return str(self.tokenizer.decode([number], skip_special_tokens=False))


class WordPieces(Spec):
    """Common words whole, rare ones in parts, as BERT reads. Little is unknown."""

    title: ClassVar[str] = "Word pieces"
    kind: Literal["word_pieces"] = "word_pieces"
    size: int = Field(4_000, ge=300, le=100_000, description="pieces to tell apart")
    lower_case: bool = Field(True, description="read capitals as small letters, without accents")

    def learn(self, texts: Iterable[str]) -> Vocabulary:
        """The vocabulary of the texts to train on (Schuster & Nakajima 2012, by pair merges)."""
        from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

        normalizer = normalizers.BertNormalizer(
            lowercase=self.lower_case, strip_accents=self.lower_case
        )
        texts = [normalizer.normalize_str(text) for text in texts]
        # One in four pieces may be a single sign, so that there is room for words in any script.
        signs = sorted(
            commonest(("".join(text.split()) for text in texts), list, self.size // 4)[4:]
        )
        # The trainer meets the inner signs in the order of a hash map that differs in every
        # process, and merges equally common pairs in that order. Named before, they keep theirs.
        trainer = trainers.WordPieceTrainer(
            vocab_size=self.size,
            special_tokens=[*MARKS, *(INSIDE + sign for sign in signs)],
            initial_alphabet=signs,
            limit_alphabet=len(signs),
            show_progress=False,
        )
        trained = Tokenizer(models.WordPiece(unk_token=MARKS[UNKNOWN]))
        trained.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trained.train_from_iterator(texts, trainer)
        model = models.WordPiece(
            trained.get_vocab(), unk_token=MARKS[UNKNOWN], continuing_subword_prefix=INSIDE
        )
        tokenizer = Tokenizer(model)
        tokenizer.normalizer = normalizer
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece(prefix=INSIDE, cleanup=False)
        return Subwords(tokenizer)


class BytePairs(Spec):
    """Common runs of bytes, as GPT-2 reads. Every text comes back exactly; nothing is unknown."""

    title: ClassVar[str] = "Byte pairs"
    kind: Literal["byte_pairs"] = "byte_pairs"
    size: int = Field(4_000, ge=300, le=100_000, description="pieces to tell apart")

    def learn(self, texts: Iterable[str]) -> Vocabulary:
        """The vocabulary of the texts to train on (Sennrich et al. 2016, on bytes)."""
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

        trainer = trainers.BpeTrainer(
            vocab_size=self.size,
            special_tokens=list(MARKS),
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
        trained = Tokenizer(models.BPE())
        trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trained.train_from_iterator(texts, trainer)
        # Made again from its parts, so that a text in which "[end]" is written has no end there.
        learned = json.loads(trained.to_str())["model"]
        merges = [(first, second) for first, second in learned["merges"]]
        tokenizer = Tokenizer(models.BPE(learned["vocab"], merges))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        return Subwords(tokenizer)
