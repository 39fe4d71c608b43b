"""Machines: who trains, on what, and how busy they are."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import navigation, services
from dashboard.table import Cell, table
from dashboard.text import NOTHING, duration, one_line, plain, size
from jobs import runs
from jobs.machines import Machine, Worker, list_machines
from jobs.run import Run

REFRESH_SECONDS = 5
_JOIN = "REDIS_URL=redis://:<password>@<this machine>:6379 ./trainyard worker"


def page() -> None:
    """`/machines`: what is there now; the utilization below feeds itself."""
    st.markdown("# Machines")
    _machines()
    found = list_machines(services.yard().redis)
    if found:
        from dashboard.live.component import live_machines

        st.markdown("#### Utilization, last ten minutes")
        live_machines(key="machines")
    _add_another()


@st.fragment(run_every=REFRESH_SECONDS)
def _machines() -> None:
    with services.sentences():
        yard = services.yard()
        found = list_machines(yard.redis)
        if not found:
            _nobody()
        known = {run.id: run for run in runs.list(yard) if not run.over} if found else {}
        for machine in found:
            with st.container(border=True, key=f"machine.{machine.name}"):
                _machine(machine, known)


def _machine(machine: Machine, known: Mapping[str, Run]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### {plain(machine.name)}")
        if machine.alive:
            st.badge("online", color="green", icon=":material/check_circle:")
        else:
            ago = duration(machine.seen_seconds)
            st.badge(f"silent for {ago}", color="red", icon=":material/error:")
    st.caption(_facts(machine))
    if not machine.workers:
        st.caption("No worker on this machine: start one with ./trainyard worker.")
        return
    rows = [_worker(worker, known) for worker in machine.workers]
    table(["Worker", "Device", "State", "Trains", "Heard of"], rows)


def _facts(machine: Machine) -> str:
    sample = machine.sample
    if sample is None:
        return "Not measured yet."
    parts = [
        f"CPU {sample.cpu:.0f} %",
        f"memory {size(sample.memory_used)} of {size(sample.memory_total)}",
    ]
    for gpu in sample.gpus:
        busy = NOTHING if gpu.utilization is None else f"{gpu.utilization:.0f} %"
        memory = f"{size(gpu.memory_used)} of {size(gpu.memory_total)}"
        parts.append(f"GPU {gpu.index} {one_line(gpu.name)} {busy}, {memory}")
    if not sample.gpus:
        parts.append("no GPU on this machine: CPU shown")
    return " · ".join(plain(part) for part in parts)


def _worker(worker: Worker, known: Mapping[str, Run]) -> list[Cell | str]:
    run = known.get(worker.run_id)
    work = Cell(NOTHING)
    if worker.run_id:
        name = one_line(run.name) if run else worker.run_id
        work = Cell(name, link=f"run?id={worker.run_id}")
    return [one_line(worker.name), worker.device, worker.state, work, _heard(worker.seen_seconds)]


def _heard(seconds: float) -> str:
    return "now" if seconds < 5 else f"{duration(seconds)} ago"


def _nobody() -> None:
    with st.container(border=True, key="empty"):
        st.markdown("#### No worker is running")
        st.caption(
            "Runs wait in the queue until a worker takes them. ./trainyard up starts one for every "
            "device of this machine; ./trainyard worker starts one alone."
        )
        st.code("./trainyard worker", language="bash")
        navigation.link("See what waits", "runs", icon=":material/arrow_forward:")


def _add_another() -> None:
    with st.expander("Add a machine", key="add", type="compact"):
        st.markdown(
            "Install Trainyard on the other machine, let both use one Redis and one folder for "
            "checkpoints (`TRAINYARD_STORE`), and start a worker there:"
        )
        st.code(_JOIN, language="bash", wrap_lines=True)
        st.caption(
            "The embedded Redis listens on this machine only. For several machines, run a Redis "
            "7 or Valkey server of your own with a password, inside a network you trust."
        )
