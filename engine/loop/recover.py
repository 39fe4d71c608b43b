"""After a step that the guard refused: the batch is named, the weights and not the data go back.

Steps go on counting: what stands on the curve was trained, and nothing comes twice. Of the
refused step there is no point.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.events import Alert, Event, Refused
from engine.inbox import Asked
from engine.loop.batches import samples_of
from engine.loop.copies import put_back
from engine.loop.guard import Bad, Guarding
from engine.loop.named import batch_of
from engine.loop.setup import Setup
from engine.loop.state import TrainState
from engine.loop.steer import made
from engine.loop.steps import Pending
from engine.loop.telling import tell
from engine.loop.words import Diverged

MOST_ROWS = 64
RATE = "optimizer.learning_rate"


def tell_rest(pending: Pending, setup: Setup, state: TrainState) -> Iterator[Event]:
    """What is not told yet; and if the guard refused what came next, the way back."""
    if pending.losses:
        yield from tell(pending, state, setup)
    yield from recover(setup, state)


def recover(setup: Setup, state: TrainState) -> Iterator[Event]:
    """Nothing, unless the last step was refused. Its batch is passed over.

    Raises:
        Diverged: the run has gone back as often as it may.
    """
    guard, settings = state.guard, setup.config.training.guard
    if guard is None or settings is None or guard.refused is None:
        return
    bad, guard.refused = guard.refused, None
    samples, broken = _samples(setup, state.step)
    state.step += 1
    if not len(broken):
        guard.times += 1
        if guard.times > settings.times:
            often = "once" if settings.times == 1 else f"{settings.times} times"
            raise Diverged(f"{bad.reason}, after the guard had gone back {often},", state.step)
    yield from _told(setup, state, guard, bad, (samples, broken))


def _told(
    setup: Setup, state: TrainState, guard: Guarding, bad: Bad, found: tuple[Tensor, Tensor]
) -> Iterator[Event]:
    """Goes back, and says so."""
    copy = guard.go_back()
    put_back(state, copy)
    samples, broken = found
    left_out = sorted({*state.progress.left_out, *broken.tolist()})
    setup.left_out = torch.tensor(left_out, dtype=torch.int64, device=samples.device)
    state.progress = state.progress.model_copy(update={"left_out": left_out})
    event = Refused(
        step=state.step,
        reason=bad.reason,
        loss=bad.loss * setup.loss_factor,
        gradient_norm=bad.norm,
        batch=batch_of(setup, state.step),
        rows=_rows(setup, samples[:MOST_ROWS]),
        left_out=_rows(setup, broken[:MOST_ROWS]),
        back_to=copy.step,
    )
    alert = Alert(code="step-refused", message=_sentence(event), step=state.step)
    words: list[Event] = [event, alert]
    settings = setup.config.training.guard
    if settings and not len(broken) and settings.lower < 1:
        # Six digits: half of a half of 0.003 is for people to read.
        rate = float(f"{setup.config.optimizer.learning_rate * settings.lower:.6g}")
        asked = Asked(id="", setting=RATE, value=rate)
        words.append(made(setup, state, asked, "guard"))
    for word in words:
        state.remember(word)
    yield from words


def _sentence(event: Refused) -> str:
    what = f"step {event.step:,} was refused: {event.reason}, in {event.batch}"
    back = f"the weights are those of step {event.back_to:,} again"
    if not event.left_out:
        return f"{what}; {back}, with a lower learning rate"
    rows = ", ".join(map(str, event.left_out[:5])) + (" and more" if event.left_out[5:] else "")
    return f"{what}; rows {rows} hold values that are not finite, and are left out now; {back}"


def _samples(setup: Setup, step: int) -> tuple[Tensor, Tensor]:
    """The samples of the step after `step`, and those that are not finite themselves."""
    samples, shift = samples_of(setup, step)
    part = setup.parts["train"]
    if part.context or part.shared:
        return samples, samples[:0]  # tokens and graphs: no sample stands alone
    inputs, targets = part.batch(samples, shift)
    broken = torch.zeros(len(samples), dtype=torch.bool, device=targets.device)
    for values in (*inputs, targets):
        if values.is_floating_point():
            broken |= ~values.isfinite().view(len(values), -1).all(1)
    return samples, samples[broken.to(samples.device)]


def _rows(setup: Setup, samples: Tensor) -> list[int]:
    """Their row numbers in the data set; none of windows of one stream."""
    places = setup.prepared.parts["train"].places
    if len(places) != len(setup.parts["train"]):
        return []
    return [int(places[sample]) for sample in samples.tolist()]
