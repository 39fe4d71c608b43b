"""Takes over the checkpoint a fork begins from: another run's state under the fork's settings."""

from __future__ import annotations

from engine.alerts.known import Known
from engine.config import RunConfig
from engine.distributed.restore import restore
from engine.loop.setup import Setup
from engine.loop.state import TrainState, read_scalars
from engine.problem import SettingsError
from engine.saving.checkpoint import Loaded
from engine.settings.fork import fork_problems, judged_alike, over_problems, settings_at


def fork(setup: Setup, state: TrainState, loaded: Loaded) -> None:
    """The state goes on from `loaded`. What the other run changed meanwhile is in the settings.

    Raises:
        SettingsError: under these settings the state is of no use.
        Damaged: it has changed since it was looked at.
    """
    scalars, step = read_scalars(loaded.files), loaded.manifest.facts.step
    parent = settings_at(scalars.config, scalars.progress.changes)
    found = fork_problems(parent, setup.config, step)
    found += over_problems(setup.config, step, setup.steps_per_epoch)
    if found:
        raise SettingsError(found)
    restore(setup, state, loaded)
    # Its points stand on the other run's curves, its changes in these settings.
    state.recent = []
    state.progress = state.progress.model_copy(update={"changes": [], "tried": []})
    _judge_anew(state, parent, setup.config)


def _judge_anew(state: TrainState, parent: RunConfig, config: RunConfig) -> None:
    """Forgets what was best where that cannot be compared, or where its weights are not there."""
    alike = judged_alike(parent, config)
    if not (alike and config.training.keep_best):
        state.best = {}
    forget: dict[str, object] = {}
    if not alike or (config.training.keep_best and not state.best):
        forget = {"best_cost": None, "best_step": 0}
    if not alike:
        forget |= {"lowest_cost": None, "waited_evaluations": 0}
    if parent.loss != config.loss:
        forget |= {"losses": [], "known": Known()}
    state.progress = state.progress.model_copy(update=forget)
