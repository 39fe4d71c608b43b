"""What happens where memory does not suffice: the batch in halves, or a sentence with its size."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from engine.events import Alert
from engine.loop.batches import Batch
from engine.loop.randomness import seed_step
from engine.loop.setup import Setup
from engine.loop.state import TrainState

HOST = ("can't allocate memory", "not enough memory")
"""what torch's allocator of the host says, in a plain RuntimeError"""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether there was no memory, on the GPU or on the host."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in HOST)


def in_pieces(
    setup: Setup,
    state: TrainState,
    batches: list[Batch],
    take: Callable[[Batch], Tensor],
) -> list[Tensor]:
    """`take` of each batch, or of its pieces where whole it did not fit; the losses.

    `take` adds to the gradients. When memory runs out they are dropped, and all is taken again in
    pieces half as large (`training.fit_memory`): the step is that of the same samples.
    """
    while True:
        seed_step(setup.config.training.seed, state.step, setup.device)
        try:
            return [take(piece) for batch in batches for piece in _cut(setup, state, batch)]
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or not _may_halve(setup, state, batches):
                raise
        # Not in the handler: the error holds what the failed pass had allocated.
        _halve(setup, state, batches)


def _may_halve(setup: Setup, state: TrainState, batches: list[Batch]) -> bool:
    # With several processes the others wait for this one in the middle of their step.
    alone = setup.team.size == 1
    largest = max(len(batch.targets) for batch in batches)
    return alone and setup.config.training.fit_memory and largest > state.progress.pieces


def _halve(setup: Setup, state: TrainState, batches: list[Batch]) -> None:
    for weight in state.weights:
        weight.grad = None
    if setup.device.type == "cuda":
        torch.cuda.empty_cache()
    size = max(len(batch.targets) for batch in batches)
    failed, pieces = -(-size // state.progress.pieces), 2 * state.progress.pieces
    state.progress = state.progress.model_copy(update={"pieces": pieces})
    message = (
        f"{setup.machine.device_name} ran out of memory with {failed:,} samples at once; from here "
        f"on each batch of {size:,} is taken in {pieces} pieces of {-(-size // pieces):,} whose "
        "gradients are summed: a step learns from as many samples as before (training.fit_memory)"
    )
    alert = Alert(level="warning", code="batch-halved", message=message, step=state.step + 1)
    state.words.append(alert)


def _cut(setup: Setup, state: TrainState, batch: Batch) -> list[Batch]:
    """The batch in about equal pieces, each with its share of what the loss counts."""
    pieces, size = state.progress.pieces, len(batch.targets)
    if pieces == 1 or size == 1:
        return [batch]
    own = len(setup.parts["train"].inputs)
    places = torch.arange(size, device=batch.targets.device).tensor_split(min(pieces, size))
    targets = [batch.targets[each] for each in places]
    counts: list[float | Tensor] = [float(len(each)) for each in targets]
    if setup.weigh is not None:
        counts = [setup.weigh(each) for each in targets]
    total, whole = sum(counts), 1.0 if batch.share is None else batch.share
    return [
        Batch(
            # What all samples share stands behind what is theirs.
            (*(inputs[each] for inputs in batch.inputs[:own]), *batch.inputs[own:]),
            theirs,
            count / total * whole,
        )
        for each, theirs, count in zip(places, targets, counts, strict=True)
    ]
