"""Machines: who trains, on what, and how busy they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import navigation, services
from dashboard.table import Cell, table
from dashboard.text import NOTHING, duration, one_line
from engine.version import ENGINE
from jobs.run import Run
from jobs.services import runs
from jobs.services.machines import Device, Machine, Worker, list_machines

REFRESH_SECONDS = 5
_STATES = {"free": "Free", "busy": "Busy", "stranger": "Left alone: not ours"}
_JOIN = (
    "./trainyard worker --redis redis://:<password>@<this machine>:6379 "
    "--store s3://<bucket>/trainyard --label <its name>"
)


def page() -> None:
    """`/machines`: the charts feed themselves, the table of workers is read again now and then."""
    with st.container(key="head"):
        st.markdown("# Machines")
    if list_machines(services.yard().redis):
        from dashboard.live.component import live_machines

        live_machines(key="machines")
    _workers()
    _add_another()


@st.fragment(run_every=REFRESH_SECONDS)
def _workers() -> None:
    with services.sentences():
        yard = services.yard()
        machines = list_machines(yard.redis)
        workers = [worker for machine in machines for worker in machine.workers]
        if not workers:
            _nobody()
            return
        known = {run.id: run for run in runs.list(yard) if not run.over}
        _devices(machines, known)
        st.markdown("#### Workers")
        rows = [_worker(worker, known) for worker in workers]
        table(["Machine", "Worker", "Device", "State", "Trains", "Last seen", "Versions"], rows)


def _devices(machines: Sequence[Machine], known: Mapping[str, Run]) -> None:
    """What becomes of each device; one of a processor alone says no more than its worker does."""
    there = [(machine, device) for machine in machines for device in machine.devices]
    if all(device.name == "cpu" for _, device in there):
        return
    st.markdown("#### Devices")
    rows: list[list[Cell | str]] = [
        [one_line(machine.name), device.name, _STATES[device.state], _user(device, known)]
        for machine, device in there
    ]
    table(["Machine", "Device", "State", "Used by"], rows)


def _user(device: Device, known: Mapping[str, Run]) -> Cell:
    if device.state == "stranger":
        return Cell(one_line(device.who))
    return _work(device.run_id, known)


def _work(run_id: str, known: Mapping[str, Run]) -> Cell:
    if not run_id:
        return Cell(NOTHING)
    run = known.get(run_id)
    return Cell(one_line(run.name) if run else run_id, link=f"run?id={run_id}")


def _worker(worker: Worker, known: Mapping[str, Run]) -> list[Cell | str]:
    where = [one_line(worker.machine), one_line(worker.name), worker.device]
    work = _work(worker.run_id, known)
    state = worker.state.capitalize()
    return [*where, state, work, _heard(worker.seen_seconds), _versions(worker)]


def _versions(worker: Worker) -> str:
    """What it trains with; an older engine leaves the runs of this Trainyard alone."""
    said = " · ".join(f"{name} {one_line(of)}" for name, of in worker.versions.items())
    if worker.engine < ENGINE:
        return f"{said} (older than this page's engine {ENGINE}: takes no new runs)"
    return said or NOTHING


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
            "Install Trainyard on the other machine, let both use one Redis and one store for "
            "checkpoints and data (`TRAINYARD_STORE`: `s3://`, `gs://`, `sftp://`, or "
            "`file:///` a folder that both mount), and start a worker there:"
        )
        st.code(_JOIN, language="bash", wrap_lines=True)
        st.caption(
            "The embedded Redis listens on this machine only. For several machines, run a Redis "
            "7 or Valkey server of your own with a password, inside a network you trust."
        )
