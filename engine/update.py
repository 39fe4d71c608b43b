"""One step: the gradient of its batches, what holds it back, and the optimizer's move."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm

from engine.batches import Batch
from engine.randomness import seed_step
from engine.setup import Setup
from engine.state import TrainState


def update(setup: Setup, state: TrainState, batches: list[Batch]) -> tuple[Tensor, Tensor]:
    """Moves the weights once. Returns the batches' mean loss and the norm of its gradient before
    clipping, scalars on the device.

    The loss is that of the data: the L1 penalty is in the gradient only.
    """
    if setup.config.optimizer.searches:
        return _search(setup, state, batches)
    loss = _gradient(setup, state, batches)
    norm = _restrain(setup, state)
    state.optimizer.step()
    state.optimizer.zero_grad(set_to_none=True)
    return loss, norm


def _gradient(setup: Setup, state: TrainState, batches: list[Batch]) -> Tensor:
    """Adds up the gradients of all batches, each by its share in the mean; the mean loss."""
    seed_step(setup.config.training.seed, state.step, setup.device)
    losses = []
    for batch in batches:
        loss = setup.loss(state.model(*setup.augment(batch.inputs)), batch.targets)
        if batch.share is not None:
            loss = loss * batch.share
        loss.backward()  # type: ignore[no-untyped-call]
        losses.append(loss.detach())
    _penalize(state, setup.config.training.l1)
    return losses[0] if len(losses) == 1 else torch.stack(losses).sum()


def _penalize(state: TrainState, strength: float) -> None:
    """The gradient of `strength` x the sum of absolute weights."""
    if strength:
        learned = [weight for weight in state.weights if weight.grad is not None]
        signs = torch._foreach_sign([weight.detach() for weight in learned])
        torch._foreach_add_(_gradients(learned), signs, alpha=strength)


def _restrain(setup: Setup, state: TrainState) -> Tensor:
    """Clips by value, then by norm, where asked for; the norm before both."""
    training = setup.config.training
    if training.clip_value is None and training.clip_norm is not None:
        return clip_grad_norm_(state.weights, training.clip_norm)
    norm = get_total_norm(_gradients(state.weights))
    if training.clip_value is not None:
        clip_grad_value_(state.weights, training.clip_value)
        if training.clip_norm is not None:
            clip_grad_norm_(state.weights, training.clip_norm)
    return norm


def _gradients(weights: list[nn.Parameter]) -> list[Tensor]:
    """Of those that have one."""
    return [weight.grad for weight in weights if weight.grad is not None]


def _search(setup: Setup, state: TrainState, batches: list[Batch]) -> tuple[Tensor, Tensor]:
    """A step that asks for loss and gradient at several places; told is where it began."""
    found: list[tuple[Tensor, Tensor]] = []
    strength = setup.config.training.l1

    def objective() -> Tensor:
        state.optimizer.zero_grad(set_to_none=True)
        loss = _gradient(setup, state, batches)
        found.append((loss, _restrain(setup, state)))
        if strength:
            with torch.no_grad():
                loss = loss + strength * sum(weight.abs().sum() for weight in state.weights)
        return loss

    state.optimizer.step(objective)  # type: ignore[arg-type]
    state.optimizer.zero_grad(set_to_none=True)
    return found[0]
