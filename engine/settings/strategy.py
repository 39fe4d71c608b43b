"""Whether optimizer, schedule and training fit each other and the sizes of the data. No torch."""

from __future__ import annotations

from collections.abc import Iterator

from engine.config import RunConfig
from engine.loop.best import JUDGES, spoken
from engine.problem import Problem
from engine.settings.sizes import samples, total_steps


def strategy_problems(config: RunConfig) -> Iterator[Problem]:
    """Every reason not to train this way."""
    yield from _batch(config)
    if not config.data.split.validation:
        yield from _validation_needed(config)
    yield from _warmup(config)
    yield from _judge(config)
    if config.schedule.explores and config.data.split.every_fold:
        yield Problem(
            "data.split.folds",
            "a range test looks at training losses alone and is one training; leave folds empty, "
            "or choose one of them with data.split.fold",
        )
    if config.optimizer.searches:
        yield from _search(config)
    if config.training.guard and config.schedule.explores:
        yield Problem(
            "training.guard",
            "a range test goes on until the loss blows up, which the guard would not let happen; "
            "switch it off",
        )


def _batch(config: RunConfig) -> Iterator[Problem]:
    """A batch may be too large; a full-batch optimizer takes what there is."""
    training, train = config.training, samples(config.data)["train"]
    if config.optimizer.full_batch:
        return
    if training.batch_size > train:
        yield Problem(
            "training.batch_size",
            f"a batch of {training.batch_size} is larger than the training part of {train} "
            f"samples; use at most {train}",
        )
    elif training.batch_size * (training.accumulation - 1) >= train:
        most = -(-train // training.batch_size)
        yield Problem(
            "training.accumulation",
            f"{training.accumulation} batches of {training.batch_size} are more than the training "
            f"part of {train} samples; use at most {most}, or gradient descent on the full batch",
        )


def _validation_needed(config: RunConfig) -> Iterator[Problem]:
    """What looks at validation losses, where there is no validation part."""
    remedy = "and there is no validation part; set data.split.validation above 0, e.g. 0.15, or"
    if config.schedule.needs_validation:
        title = config.schedule.title.lower()
        yield Problem("schedule", f"{title} looks at validation losses, {remedy} choose another")
    if config.schedule.explores:
        return
    wanting = {
        "training.early_stopping": config.training.early_stopping is not None,
        "training.keep_best": config.training.keep_best,
    }
    for path, wanted in wanting.items():
        if wanted:
            name = path.partition(".")[2].replace("_", " ")
            yield Problem(path, f"{name} compares evaluations, {remedy} switch it off")


def _judge(config: RunConfig) -> Iterator[Problem]:
    task, judge = config.data.card.task, config.training.best_by
    if judge not in JUDGES[task]:
        yield Problem(
            "training.best_by",
            f"there is no {spoken(judge)} here: {config.data.title} is measured by "
            f"{', '.join(map(spoken, JUDGES[task]))}; choose one of these",
        )


def _warmup(config: RunConfig) -> Iterator[Problem]:
    total = total_steps(config)
    if config.schedule.warmup_steps > total:
        yield Problem(
            "schedule.warmup_steps",
            f"a warm-up of {config.schedule.warmup_steps} steps is longer than the run of {total}; "
            f"use at most {total} steps, or train for more epochs",
        )


def _search(config: RunConfig) -> Iterator[Problem]:
    """A line search compares losses along the gradient: nothing may bend it."""
    title = config.optimizer.title
    for name in ("clip_norm", "clip_value"):
        if getattr(config.training, name) is not None:
            yield Problem(
                f"training.{name}",
                f"{title} searches along the true gradient, which clipping would bend; "
                "switch it off, or choose another optimizer",
            )
    if config.training.guard:
        yield Problem(
            "training.guard",
            f"{title} looks at many losses in a step, some of them far out, as it searches; "
            "switch the guard off, or choose another optimizer",
        )
    if config.hardware.precision == "fp16":
        yield Problem(
            "hardware.precision",
            f"{title} compares losses to many digits, and fp16 has few; choose another precision",
        )
    for name in ("devices", "machines"):
        if getattr(config.hardware, name) > 1:
            yield Problem(
                f"hardware.{name}",
                f"{title} trains on one device; choose one, or another optimizer",
            )
    if config.schedule.explores:
        yield Problem(
            "optimizer",
            f"{title} finds its own step size, so there is nothing to test; choose another",
        )
