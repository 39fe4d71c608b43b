"""Names a step so that its data can be looked at: the batch, and its rows in the data set."""

from __future__ import annotations

from engine.loop.randomness import epoch_order
from engine.loop.setup import Setup

SHOWN_ROWS = 5


def batch_of(setup: Setup, step: int) -> str:
    """`batch 12 of 33 in epoch 3 (rows 17, 4, 902, 55, 31 and 27 more)`; steps count from 1."""
    epoch, place = divmod(step - 1, setup.steps_per_epoch)
    name = f"batch {place + 1:,} of {setup.steps_per_epoch:,} in epoch {epoch + 1:,}"
    part, prepared = setup.parts["train"], setup.prepared.parts["train"]
    if setup.step_samples >= len(part) or part.context or len(prepared.places) != len(part):
        return name  # the whole part, or windows of one stream: there are no rows to look at
    order = epoch_order(setup.config.training.seed, epoch, len(part), part.home)
    begin = place * setup.step_samples
    numbers = order[begin : begin + setup.step_samples].tolist()
    rows = [f"{prepared.places[number]}" for number in numbers[:SHOWN_ROWS]]
    more = len(numbers) - len(rows)
    return f"{name} (rows {', '.join(rows)}{f' and {more:,} more' if more else ''})"
