"""Small pretrained models of the kind transformers writes, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel

BERT_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-,.' "


def write_tokenizer(folder: Path, marks: Sequence[str]) -> None:
    """A tokenizer of letters: the marks come first, then `a` to `z` and what else texts have."""
    pieces = [*marks, *LETTERS.replace(" ", ""), *(f"##{sign}" for sign in LETTERS if sign != " ")]
    numbers = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    unknown = next(mark for mark in marks if "unk" in mark.lower())
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token=unknown))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(list(marks))
    tokenizer.save(str(folder / "tokenizer.json"))


def write_bert(folder: Path) -> BertModel:
    """A BERT of two blocks, width 8, with its tokenizer; the model that was written."""
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=90,
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    model = BertModel(config)
    model.eval()  # type: ignore[no-untyped-call]
    model.save_pretrained(folder)
    write_tokenizer(folder, BERT_MARKS)
    return model
