"""The loop of ranks 1 and up: the steps of rank 0, without evaluating, saving or telling.

In a sharded team they evaluate too, and save and restore when rank 0 asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from engine.config import RunConfig
from engine.distributed.meeting import meet, share_progress
from engine.distributed.place import Place
from engine.distributed.team import joined
from engine.loop.batches import steps
from engine.loop.folds import check_folds
from engine.loop.recover import recover
from engine.loop.round import end_round, is_over, test
from engine.loop.setup import Setup, first_state, set_up
from engine.loop.state import TrainState
from engine.loop.steer import Steering
from engine.loop.turn import turn_again
from engine.loop.update import advance
from engine.loop.words import Diverged


def follow(
    config: RunConfig,
    place: Place,
    say_ready: Callable[[], None],
    end: Callable[[Exception], None] = lambda _: None,
) -> NoReturn:
    """Trains beside rank 0 from wherever that stands to the end of the training; ends the process.

    Raises what goes wrong on the way; `end` hears of it before the connections close, or else
    rank 0 would know of nothing but that.
    """
    if config.data.split.every_fold:
        check_folds(config)
    setup = set_up(config, place)
    say_ready()
    with joined(place, None, setup.device):
        try:
            _train(setup, first_state(setup))
        except Exception as error:
            # Of whatever kind: it is told while the connections stand, and goes on as it was.
            end(error)
            raise
    # At once: to take gloo's threads down waits, now and then for ever, for ranks that have ended,
    # and this process holds nothing that rank 0 has not.
    os._exit(0)


def _train(setup: Setup, state: TrainState) -> None:
    meet(setup, state)
    turn_again(setup, state)
    steering = Steering(setup, state)
    state.model.train()
    _obey(steering)
    while not is_over(setup, state):
        evaluation = setup.next_evaluation(state.progress.evaluated_step)
        _learn(steering, evaluation)
        if state.step >= evaluation:
            if setup.team.sharded:
                _evaluate(setup, state)
            share_progress(setup, state)
        _obey(steering)
    if setup.team.sharded:
        for _ in test(setup, state):
            pass


def _learn(steering: Steering, evaluation: int) -> None:
    """Steps until the next evaluation, a change, or one that the guard refuses."""
    setup, state = steering.setup, steering.state
    for batches in steps(setup, state.step, evaluation):
        if advance(setup, state, batches) is None or steering.due():
            break
    for _ in recover(setup, state):
        pass


def _evaluate(setup: Setup, state: TrainState) -> None:
    """As rank 0 does, which tells, also of weights that are not finite: then it ends."""
    with suppress(Diverged):
        for _ in end_round(setup, state):
            pass


def _obey(steering: Steering) -> None:
    """Makes the changes of rank 0, which tells of them. What was ordered is for rank 0 alone."""
    for _ in steering.obey():
        pass
    steering.take_orders()
