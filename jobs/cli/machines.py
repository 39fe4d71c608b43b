"""`machines`: who trains, on what, right now."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from jobs.cli import text
from jobs.cli.look import JsonOption
from jobs.services.machines import Machine, list_machines
from jobs.yard import Yard

GIB = 2**30


def machines(as_json: JsonOption = False) -> None:
    """List machines, their workers and what these do."""
    found = list_machines(Yard.open().redis)
    if as_json:
        text.write_json([_as_dict(machine) for machine in found])
        return
    if not found:
        text.note("no machines. `./trainyard up` starts a worker on this one.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("machine", "worker", "device", "state", "run", "cpu", "memory"):
        table.add_column(column)
    for machine in found:
        for worker in machine.workers:
            cells = (worker.name, worker.device, worker.state, worker.run_id or "-")
            table.add_row(machine.name, *cells, *_load(machine))
        if not machine.workers:
            table.add_row(machine.name, "-", "-", "no worker", "-", *_load(machine))
    text.console().print(table)
    for machine in found:
        _say_strangers(machine)


def _say_strangers(machine: Machine) -> None:
    for device in machine.devices:
        if device.state == "stranger":
            text.note(f"{machine.name}: {device.name} is left alone: {device.who} uses it.")


def _load(machine: Machine) -> tuple[str, str]:
    if machine.sample is None or not machine.alive:
        return ("-", "-")
    used, total = machine.sample.memory_used / GIB, machine.sample.memory_total / GIB
    return (f"{machine.sample.cpu:.0f} %", f"{used:.1f}/{total:.1f} GiB")


def _as_dict(machine: Machine) -> dict[str, object]:
    sample = None if machine.sample is None else machine.sample.to_dict()
    return {**asdict(machine), "workers": [asdict(each) for each in machine.workers]} | {
        "sample": sample
    }
