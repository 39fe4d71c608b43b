"""What may be asked in which state: every state and command has its cell."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from jobs.permitted import Op, permit
from jobs.status import Status

# do, already, refused
TABLE = """
            stop     pause    resume   checkpoint  retry
queued      do       do       already  refused     already
starting    do       do       already  do          already
running     do       do       already  do          already
held        do       do       already  do          already
resuming    do       do       already  do          already
pausing     do       already  do       already     refused
paused      do       already  do       refused     refused
stopping    already  refused  refused  already     refused
finished    refused  refused  refused  refused     refused
failed      refused  refused  refused  refused     do
stopped     already  refused  refused  refused     do
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], op, row[1 + place]) for row in ROWS for place, op in enumerate(HEAD)]


def test_the_table_has_every_state_and_command() -> None:
    assert {cell[:2] for cell in CELLS} == set(product(get_args(Status), get_args(Op)))


@pytest.mark.parametrize(("status", "op", "state"), CELLS)
def test_every_state_and_command(status: Status, op: Op, state: str) -> None:
    said = permit(status, op)
    assert said.state == state
    assert bool(said.why) == (state == "refused")
    assert status in said.why or status == "finished" or state != "refused"


@pytest.mark.parametrize("status", get_args(Status))
def test_a_script_only_hears_a_stop(status: Status) -> None:
    for op in get_args(Op):
        expected = permit(status, op).state if op == "stop" else "refused"
        assert permit(status, op, ours=False).state == expected
