"""What the settings amount to before launch: sizes, steps, layers, and who would train it."""

from __future__ import annotations

from typing import Any

import streamlit as st
from redis.exceptions import RedisError

from dashboard import services
from dashboard.inspector import PATIENCE_SECONDS, Answer
from dashboard.panels import schedule
from dashboard.table import Cell, Content, table
from dashboard.text import count, finished, plain
from engine.config import RunConfig
from jobs.services import queueing
from jobs.services.machines import list_machines
from jobs.wire.connect import RedisUnavailable


def draw(config: RunConfig, ready: bool) -> None:
    """The summary of `config`; while something is wrong with the form, of the last good one."""
    with st.container(border=True, key="forecast"):
        st.markdown("#### What will be trained")
        what = f"**{config.model.title}** on **{config.data.title}** with {config.optimizer.title}"
        st.markdown(what if ready else f":gray[{what}, once the form is right]")
        answer = services.inspector().ask(config, PATIENCE_SECONDS)
        if answer is None:
            _count(config)
        else:
            _show(config, answer)
        st.caption(plain(_who(config)))


def _who(config: RunConfig) -> str:
    """Which worker would take the run, in one sentence; of a larger one what it waits for."""
    if config.hardware.processes > 1:
        return queueing.expected(services.yard(), config)
    try:
        found = list_machines(services.yard().redis)
    except (RedisError, RedisUnavailable):
        return "Redis does not answer now: the run will be saved and queued later."
    workers = [each for machine in found for each in machine.workers if each.state != "lost"]
    idle = [each for each in workers if each.state == "idle"]
    if idle:
        return f"{idle[0].machine} is free ({idle[0].device}): the run starts at once."
    if workers:
        return f"All workers are busy ({len(workers)}): the run waits for one."
    return "No worker is running: the run waits until ./trainyard worker starts one."


@st.fragment(run_every=0.5)
def _count(config: RunConfig) -> None:
    """Redraws the page as soon as the helper has counted."""
    if services.inspector().ask(config, 0) is not None:
        st.rerun()
    st.caption(":gray[Counting parameters …]")


def _show(config: RunConfig, answer: Answer) -> None:
    if "failed" in answer:
        st.caption(plain(str(answer["failed"])))
    elif "problems" in answer:
        for problem in answer["problems"]:
            st.caption(f":red[{plain(finished(str(problem['message'])))}]")
    else:
        _facts(config, answer["summary"])


def _facts(config: RunConfig, summary: dict[str, Any]) -> None:
    samples = summary["samples"]
    trainings: list[list[Content]] = (
        [["Trainings", Cell(f"{summary['trainings']:,}, one a fold", number=True, strong=True)]]
        if summary["trainings"] > 1
        else []
    )
    table(
        [],
        [
            *trainings,
            ["Parameters", Cell(count(summary["parameters"]), number=True, strong=True)],
            ["Training samples", Cell(count(samples.get("train")), number=True)],
            ["Validation / test", Cell(_parts(samples), number=True)],
            ["Steps", Cell(_steps(config, summary), number=True)],
        ],
    )
    schedule.draw(config, summary["total_steps"])
    with st.expander("Layers", key="layers"):
        table(
            ["Layer", "Output", "Parameters"],
            [_layer(layer) for layer in summary["layers"]],
        )


def _layer(layer: dict[str, Any]) -> list[Content]:
    shape = " x ".join(map(str, layer["output"]))
    return [layer["kind"], shape, Cell(count(layer["parameters"]), number=True)]


def _parts(samples: dict[str, int]) -> str:
    return f"{count(samples.get('validation', 0))} / {count(samples.get('test', 0))}"


def _steps(config: RunConfig, summary: dict[str, Any]) -> str:
    epochs, per_epoch = config.training.epochs, summary["steps_per_epoch"]
    if summary["trainings"] > 1:
        # The last folds may have a sample more and one step more an epoch, those of time many.
        alike = summary["run_steps"] == summary["trainings"] * summary["total_steps"]
        each = f"{summary['total_steps']:,}" if alike else f"{summary['total_steps']:,} and more"
        return f"{summary['trainings']:,} x {each} = {summary['run_steps']:,}"
    if config.training.steps is not None:
        return f"{summary['total_steps']:,} ({per_epoch:,} an epoch)"
    return f"{epochs:,} x {per_epoch:,} = {summary['total_steps']:,}"
