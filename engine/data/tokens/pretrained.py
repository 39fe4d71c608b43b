"""The vocabulary of a pretrained model, from its tokenizer.json."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.tokens.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tokenizers import Tokenizer

STARTS = ("[CLS]", "<s>", "<pad>", "<|endoftext|>")
ENDS = ("[SEP]", "</s>", "<|endoftext|>")
UNKNOWNS = ("[UNK]", "<unk>")
PADDINGS = ("[PAD]", "<pad>", "<|endoftext|>")
"""how models call these marks, the likeliest first; T5 starts with its padding"""


@dataclass(frozen=True)
class Pretrained(Vocabulary):
    """The numbers a model was trained with. Its marks have other numbers than ours."""

    tokenizer: Tokenizer
    padding_number: int
    unknown_number: int
    start_number: int
    end_number: int

    @property
    def padding(self) -> int:
        return self.padding_number

    @property
    def unknown(self) -> int:
        return self.unknown_number

    @property
    def start(self) -> int:
        return self.start_number

    @property
    def end(self) -> int:
        return self.end_number

    @property
    def size(self) -> int:
        return int(self.tokenizer.get_vocab_size())

    def encode(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def fitted(self, text: str, length: int) -> list[int]:
        """With the marks around it that the model's classifiers have learned to expect."""
        return [self.start, *self.encode(text)[: max(0, length - 2)], self.end]

    def decode(self, numbers: Iterable[int]) -> str:
        return str(self.tokenizer.decode(self.until_end(numbers), skip_special_tokens=False))

    def piece(self, number: int) -> str:
        return str(self.tokenizer.id_to_token(number) or "")


def read_tokenizer(folder: Path) -> Pretrained:
    """The vocabulary of the model in `folder`.

    Raises:
        FileNotFoundError: it has no tokenizer.json, or one without marks for padding and end.
    """
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder} has no tokenizer.json, so its texts cannot be split as the model learned; "
            "save the model's fast tokenizer into the folder with `save_pretrained`"
        )
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    padding = _number(tokenizer, PADDINGS, path)
    return Pretrained(
        tokenizer=tokenizer,
        padding_number=padding,
        unknown_number=_number(tokenizer, UNKNOWNS, path, otherwise=padding),
        start_number=_number(tokenizer, STARTS, path),
        end_number=_number(tokenizer, ENDS, path),
    )


def _number(
    tokenizer: Tokenizer, names: tuple[str, ...], path: Path, otherwise: int | None = None
) -> int:
    """The number of the first of `names` that the tokenizer knows."""
    for name in names:
        number = tokenizer.token_to_id(name)
        if number is not None:
            return int(number)
    if otherwise is None:
        raise FileNotFoundError(f"{path} knows none of {', '.join(names)}; choose another model")
    return otherwise
