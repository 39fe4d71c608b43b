"""The training loop. `train(config)` yields typed events; closing it stops and saves the run.

`list(train(config))` is its test harness, `python -m engine` its command line.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from engine.config import RunConfig
from engine.distributed.crew import crew_of
from engine.distributed.meeting import meet, share_progress
from engine.distributed.orders import Starter
from engine.distributed.spawned import Spawned
from engine.distributed.team import joined
from engine.events import Alert, Event, Log
from engine.inbox import Inbox
from engine.loop.batches import steps
from engine.loop.clock import Clock
from engine.loop.folds import Teller, check_folds, finished
from engine.loop.halving import is_out_of_memory
from engine.loop.recover import tell_rest
from engine.loop.round import end_round, is_over, last_word, test
from engine.loop.setup import first_state, set_up
from engine.loop.steer import Steering
from engine.loop.steps import Pending
from engine.loop.telling import tell
from engine.loop.turn import turn_again
from engine.loop.update import advance
from engine.loop.words import Diverged, Explored, divergence, explored, out_of_memory, started
from engine.saving.failpoints import failpoint
from engine.saving.keeper import Keeper, Resumed, keeper_of
from engine.saving.ledger import open_ledger, refuse_folds
from engine.settings.sizes import of_fold

Events = Generator[Event, None, None]


def train(
    config: RunConfig,
    folder: Path | None = None,
    *,
    attempt: int = 1,
    inbox: Inbox | None = None,
    starter: Starter = Spawned,
) -> Events:
    """Trains one run and tells of it; goes on from the newest good checkpoint in `folder`.

    What arrives in `inbox` meanwhile changes the settings between two steps, and is told. Of
    several devices `starter` starts the processes of all but the first.

    A run with folds and no chosen one is a training for each of them (`engine/loop/folds.py`).
    Nothing is pending whenever it yields, so `close()` loses no point; it saves a checkpoint.
    After a resume the events of the last second before the checkpoint come again, in case they
    were lost with the process: same steps, same values.

    Raises:
        SettingsError: these settings cannot be trained with, or not here, or not in this folder.
        Fenced: a later attempt owns the folder.
        CheckpointError: the folder cannot be used, or the last checkpoint, at `close()`, failed.
        RankDied: another of several processes that train the run ended before its time;
            `RankKilled` when it ended without a word, and a later attempt may do better.
    """
    if config.data.split.every_fold:
        yield from _cross_validate(config, folder, attempt, inbox or Inbox(), starter)
        return
    refuse_folds(folder, config)
    with crew_of(config, starter) as crew:
        setup = set_up(config, crew.place)
        crew.watch()
        with joined(crew.place, crew.store, setup.device):
            state = first_state(setup)
            keeper = keeper_of(setup, state, folder, attempt)
            resumed, alerts = keeper.resume()
            meet(setup, state)
            turn_again(setup, state)
            steering = Steering(setup, state, inbox or Inbox())
            yield from _tell(steering, keeper, (resumed, alerts))


def _cross_validate(
    config: RunConfig, folder: Path | None, attempt: int, inbox: Inbox, starter: Starter
) -> Events:
    """The trainings of all folds, one after the other, told as one run."""
    folds = check_folds(config)
    ledger = open_ledger(config, folder, attempt)
    again = ledger.again()
    first = len(ledger.done) + 1
    for fold in range(first, folds + 1):
        teller = Teller(config, ledger, fold, first=fold == first)
        # A close in the middle of a fold closes its training, which saves a checkpoint.
        training = train(
            of_fold(config, fold),
            ledger.folder_of(fold),
            attempt=attempt,
            inbox=inbox.of_fold(ledger.begin),
            starter=starter,
        )
        with closing(training):
            for event in training:
                yield from teller.tell(event)
                yield from again
                again = []
        if last := teller.failed():
            yield last
            return
        yield from teller.conclude()
    yield from again
    yield finished(ledger)


def _tell(
    steering: Steering, keeper: Keeper, resume: tuple[Resumed, list[Alert | Log]]
) -> Iterator[Event]:
    """The run from its first word to its last."""
    setup, state = steering.setup, steering.state
    resumed, alerts = resume
    clock = Clock()
    try:
        yield started(setup, state, resumed)
        yield from alerts
        yield from list(state.recent)
        yield from _learn(steering, keeper, clock)
        failpoint("train.trained")
        yield from clock.over("checkpoint", keeper.save_and_tell())
        yield from clock.over("evaluation", test(setup, state))
        failpoint("train.tested")
        yield clock.timing(state.step)
        yield last_word(setup, state)
    except GeneratorExit:
        # Only here, between two steps, is the state whole; after another error it may not be.
        keeper.save()
        raise
    except Explored as end:
        yield end.last
        yield explored(setup, end.losses, blown_up=True)
    except Diverged as error:
        yield from divergence(error, setup, state, keeper.saved[0])
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        yield from out_of_memory(setup, state)


def _learn(steering: Steering, keeper: Keeper, clock: Clock) -> Iterator[Event]:
    """Steps and evaluations from wherever the run stands to its end."""
    setup, state = steering.setup, steering.state
    pending = Pending()
    state.model.train()
    yield from _attend(steering, keeper, clock)

    while not is_over(setup, state):
        evaluation = setup.next_evaluation(state.progress.evaluated_step)

        for batches in clock.over("data", steps(setup, state.step, evaluation)):
            taken = advance(setup, state, batches)
            if taken is None:
                break
            pending.add(taken)
            failpoint("train.step")
            if pending.due():
                yield from tell(pending, state, setup)
                yield from clock.tell_when_due(state.step)
                if state.step < evaluation:  # else the evaluation comes first, and belongs in it
                    yield from clock.over("checkpoint", keeper.save_when_due())
            if steering.due():
                break

        yield from tell_rest(pending, setup, state)
        if state.step >= evaluation:
            yield from clock.over("evaluation", end_round(setup, state))
            share_progress(setup, state)
        # Also here: epochs shorter than a flush would otherwise never save.
        yield from clock.over("checkpoint", keeper.save_when_due())
        # A change may also be one of the round, or of the end.
        yield from _attend(steering, keeper, clock)


def _attend(steering: Steering, keeper: Keeper, clock: Clock) -> Iterator[Event]:
    """What was asked for, between two steps."""
    yield from steering.obey()
    yield from clock.over("checkpoint", keeper.obey(steering.take_orders()))
