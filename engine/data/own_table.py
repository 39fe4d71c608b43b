"""`data=table`: training on a table of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from engine.data.augmentation import TableAugmentation
from engine.data.card import Card
from engine.data.divide import divide
from engine.data.own.choices import DateParts, Preparation
from engine.data.own.division import by_group, by_time, time_sizes
from engine.data.own.roles import Roles, labels_of, roles_of
from engine.data.own.shape import width
from engine.data.own.stored import Stored, readable, stored_tables
from engine.data.own.wrong import table_problems
from engine.data.prepare.table import prepare_table
from engine.data.raw import Labels, Table
from engine.data.tokens.bags import WordCounts
from engine.spec import COLUMN, FIRST, RARE, TABLE

if TYPE_CHECKING:
    import torch

    from engine.data.prepared import Prepared
    from engine.data.tokens import Vocabulary
    from engine.loop.parts import Augment
    from engine.problem import Problem

__all__ = ["DateParts", "OwnTable"]

Column = Annotated[str, Field(max_length=1000)]


class OwnTable(Preparation):
    """A table of your own: choose the column to predict; the others are learned from.

    Whatever is measured, for missing values, categories and scales, is measured on the training
    part alone.
    """

    title: ClassVar[str] = "Own table"
    own: ClassVar[bool] = True
    measured: ClassVar[bool] = True
    kind: Literal["table"] = "table"
    facts: ClassVar[Card] = Card(
        task="classification",
        modality="tabular",
        samples=1000,
        shape=(1,),
        classes=("no", "yes"),
        source="your own",
        licence="your own",
    )
    """what the rest of the settings goes by until a table and its target are chosen"""

    table: str = Field(
        "",
        max_length=4096,
        description="the stored table, by its digest; for python -m engine also a file",
        json_schema_extra=TABLE,
    )
    target: Column = Field(
        "", description="the column to predict", json_schema_extra={**FIRST, **COLUMN}
    )
    task: Literal["auto", "classification", "regression"] = Field(
        "auto",
        description="auto: a class where the target is text, true or false, or a few whole "
        "numbers; else a number",
        json_schema_extra=FIRST,
    )
    features: list[Column] = Field(
        [],
        max_length=100_000,
        description="the columns to learn from; none are all that can be used",
        json_schema_extra={**FIRST, **COLUMN},
    )
    text: Column = Field(
        "",
        description="a column of texts to learn from instead, word by word",
        json_schema_extra={**FIRST, **COLUMN},
    )
    group: Column = Field(
        "",
        description="rows with the same value in this column stay in one part, e.g. a person's",
        json_schema_extra={**RARE, **COLUMN},
    )
    time: Column = Field(
        "",
        description="learn from the earliest rows by this column, test with the latest",
        json_schema_extra={**RARE, **COLUMN},
    )

    @property
    def card(self) -> Card:
        """Of classification until a table is chosen, so that the other settings can be."""
        table = readable(self.table)
        roles = roles_of(self, table) if table else None
        if table is None or roles is None or (roles.task == "classification" and not roles.counts):
            number = self.task == "regression"
            return replace(self.facts, task="regression", classes=()) if number else self.facts
        found = replace(
            self.facts,
            task=roles.task,
            classes=roles.classes,
            samples=self._samples(table, roles),
            shape=(width(self, roles),),
        )
        if not self.text:
            return found
        if isinstance(self.tokens, WordCounts):
            return replace(found, shape=(self.tokens.size,))
        return replace(found, modality="text", shape=(self.length,))

    def _samples(self, table: Stored, roles: Roles) -> int:
        """Rows with a target; of those that other settings leave out not all can be told yet."""
        rows = roles.labelled or table.facts.rows - roles.target.missing
        needed = [table.find(name) for name in (self.time, self.text) if name]
        return max(0, rows - sum(column.missing for column in needed if column))

    def sizes(self) -> dict[str, int]:
        samples = self.card.samples
        count = min(samples, self.limit or samples)
        return time_sizes(self.split, count) if self.time else self.split.sizes(count)

    def problems(self) -> Iterator[Problem]:
        return table_problems(self)

    def offers(self) -> Mapping[str, Mapping[str, str]]:
        table = readable(self.table)
        columns = table.facts.columns if table else []
        return {
            "tables": stored_tables(),
            "columns": {column.name: f"{column.name} · {column.kind}" for column in columns},
        }

    def labels(self) -> Labels:
        table = self.opened()
        roles = self.roles(table)
        if roles.task == "regression":
            return np.zeros(0, dtype=np.int64)
        labels = labels_of(table, roles.target, roles.classes, self.wording)
        return labels[labels >= 0]

    def load(self) -> Table:
        return Table(self.opened().folder)

    def prepare(self, vocabulary: Vocabulary | None = None) -> Prepared:
        table = self.opened()
        return prepare_table(self, table, self.roles(table), vocabulary)

    def divide(self, rows: Labels, labels: Labels | None) -> dict[str, Labels]:
        """Positions in `rows`, which are row numbers of the table, of each part."""
        if self.group:
            return by_group(self.split, self.opened().ranks(self.group, self.wording)[rows])
        if self.time:
            return by_time(self.split, self.opened().ranks(self.time, self.wording)[rows])
        return divide(self.split, len(rows), labels)

    @property
    def augmented(self) -> bool:
        if self.text:
            return bool(self.token_dropout or self.token_swap)
        return self.augmentation != TableAugmentation()

    def augmenter(self, prepared: Prepared, device: torch.device) -> Augment:
        from engine.loop.augment_numbers import change_tables
        from engine.loop.augment_texts import change_tokens

        if self.text:
            return change_tokens(prepared, self.token_dropout, self.token_swap, device)
        return change_tables(prepared, self.augmentation, device)

    def originals(self, places: Sequence[int]) -> list[dict[str, float | str]] | None:
        table = self.opened()
        names = [column.name for column in self.roles(table).inputs]
        return table.originals(names, places)

    def opened(self) -> Stored:
        """The table on this machine.

        Raises:
            FileNotFoundError: it is not there.
        """
        found = readable(self.table)
        if found is None:
            raise FileNotFoundError(
                f"the table {self.table} is not on this machine; choose another, or add it again"
            )
        return found

    def roles(self, table: Stored) -> Roles:
        """What each column is for.

        Raises:
            FileNotFoundError: the table has no such target.
        """
        found = roles_of(self, table)
        if found is None:
            raise FileNotFoundError(f"the table has no column {self.target}; choose another target")
        return found
