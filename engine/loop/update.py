"""One step: the gradient of its batches, what holds it back, and the optimizer's move."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.loop.batches import Batch
from engine.loop.blend import blended
from engine.loop.halving import in_pieces
from engine.loop.restraint import restrain
from engine.loop.setup import Setup
from engine.loop.state import TrainState
from engine.loop.steps import Taken
from engine.machine.sharding import local
from engine.saving.failpoints import failpoint

Left = tuple[Tensor, Tensor, Tensor | None]
"""mean loss and norm of the gradient before clipping, scalars; the norms of `Taken.layers`"""


def advance(setup: Setup, state: TrainState, batches: list[Batch]) -> Taken | None:
    """One step on, at its learning rate.

    None where the guard refuses it, before anything is moved (`engine/loop/recover.py`), or where
    no sample is left of its batch.
    """
    setup.team.wait()
    if not batches:
        state.step += 1
        return None
    guard = setup.config.training.guard
    if state.guard and guard:
        state.guard.keep(state, guard.every)
    rate = setup.learning_rate(state.step, state.progress.losses)
    for group in state.optimizer.param_groups:
        group["lr"] = rate
    left = update(setup, state, batches)
    if left is None:
        return None
    loss, norm, layers = left
    state.step += 1
    if state.average:
        state.average.follow(state.step)
    return Taken(state.step, loss, norm, rate, layers)


def update(setup: Setup, state: TrainState, batches: list[Batch]) -> Left | None:
    """Moves the weights once; what that leaves on the device. None where the guard refuses.

    The loss is that of the data: the L1 penalty is in the gradient only.
    """
    if setup.config.optimizer.searches:
        return _search(setup, state, batches)
    loss = _gradient(setup, state, batches)
    layers = _measured(setup, state)
    norm = _restrain(setup, state)
    if not _allowed(setup, state, loss, norm):
        return None
    if state.scaler.is_enabled():
        state.scaler.step(state.optimizer)
        state.scaler.update()
        # Too large for fp16: the scaler skips the step and halves its scale, as it should.
        norm = torch.where(norm.isfinite(), norm, 0.0)
    else:
        state.move()
    for weight in state.weights:
        weight.grad = None  # the optimizer's own `zero_grad` tells a profiler, which takes 30 us
    return loss, norm, layers


def _allowed(setup: Setup, state: TrainState, loss: Tensor, norm: Tensor) -> bool:
    """Whether the guard, if there is one, lets the step be taken; else the gradient is dropped."""
    guard = setup.config.training.guard
    if state.guard is None or guard is None:
        return True
    rate = state.optimizer.param_groups[0]["lr"]
    scaled = state.scaler.is_enabled()
    allowed = state.guard.judge(guard, (loss, norm), state.step, rate, scaled=scaled)
    if not allowed:
        if scaled:
            state.scaler.update()
        for weight in state.weights:
            weight.grad = None
    return allowed


def _measured(setup: Setup, state: TrainState) -> Tensor | None:
    """The norm of the gradient of each weight `(weights,)`, if this step is one to measure."""
    every = setup.config.training.layer_norms_every
    if every is None or state.step % every:
        return None
    none = torch.zeros((), device=setup.device)
    gradients = [none if weight.grad is None else local(weight.grad) for weight in state.weights]
    return setup.team.length(torch.stack(torch._foreach_norm(gradients)))


def _gradient(setup: Setup, state: TrainState, batches: list[Batch]) -> Tensor:
    """Adds up the gradients of all batches, each by its share in the mean; the mean loss."""

    def take(batch: Batch) -> Tensor:
        loss = _loss(setup, state, batch)
        # torch gives `backward` no types.
        state.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        failpoint("train.gradient")
        return loss.detach()

    losses = in_pieces(setup, state, batches, take)
    if state.scaler.is_enabled():
        state.scaler.unscale_(state.optimizer)
    _penalize(state, setup.config.training.l1)
    return setup.team.mean(losses[0] if len(losses) == 1 else torch.stack(losses).sum())


def _loss(setup: Setup, state: TrainState, batch: Batch) -> Tensor:
    """Of one batch as the model is to see it: augmented, and blended where mixup is on."""
    config = setup.config
    blend = config.data.blend(setup.card.shape, config.training.seed, state.step)
    own, inputs = blend.own, setup.augment(batch.inputs)
    if own < 1:
        inputs = (blended(inputs[0], blend), *inputs[1:])
    with setup.machine.precision.casting():
        outputs = state.network(*inputs).float()
    loss = setup.loss(outputs, batch.targets)
    if own < 1:
        loss = torch.lerp(setup.loss(outputs, batch.targets.flip(0)), loss, own)
    return loss if batch.share is None else loss * batch.share


def _penalize(state: TrainState, strength: float) -> None:
    """The gradient of `strength` x the sum of absolute weights."""
    if strength:
        learned = [weight for weight in state.weights if weight.grad is not None]
        signs = torch._foreach_sign([local(weight.detach()) for weight in learned])
        torch._foreach_add_(_gradients(learned), signs, alpha=strength)


def _restrain(setup: Setup, state: TrainState) -> Tensor:
    """The norm of the gradient before clipping."""
    return restrain(setup.config.training, _gradients(state.weights), setup.team.length)


def _gradients(weights: list[nn.Parameter]) -> list[Tensor]:
    """Of those that have one; of a sharded weight the part that lies here."""
    return [local(weight.grad) for weight in weights if weight.grad is not None]


def _search(setup: Setup, state: TrainState, batches: list[Batch]) -> Left:
    """A step that asks for loss and gradient at several places; told is where it began."""
    found: list[Left] = []
    strength = setup.config.training.l1

    def objective() -> Tensor:
        state.optimizer.zero_grad(set_to_none=True)
        loss = _gradient(setup, state, batches)
        layers = None if found else _measured(setup, state)
        found.append((loss, _restrain(setup, state), layers))
        if strength:
            with torch.no_grad():
                loss = loss + strength * sum(weight.abs().sum() for weight in state.weights)
        return loss

    # torch says a closure returns a float; a line search wants the tensor.
    state.optimizer.step(objective)  # type: ignore[arg-type]
    state.optimizer.zero_grad(set_to_none=True)
    return found[0]
