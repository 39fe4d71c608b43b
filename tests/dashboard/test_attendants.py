"""Attendants: forked with their imports done, ended with whoever asks, replaced when they die."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dashboard.attendants import Attendants
from jobs.data_sets.attendant import Order
from jobs.yard import Yard

SECONDS = 60.0


@pytest.fixture
def attendants() -> Iterator[Attendants]:
    found = Attendants()
    yield found
    found.close()


@pytest.fixture
def order(yard: Yard, tmp_path: Path) -> Order:  # noqa: ARG001  # its home is where it reads
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    return Order(path=str(tmp_path / "a.csv"), file_name="a.csv")


def _new(yard: Yard) -> list[str]:
    return [each.name for each in yard.home.data.glob(".new-*")]


def test_one_that_is_left_tidies_up(attendants: Attendants, order: Order, yard: Yard) -> None:
    look = attendants.look(order)
    assert look.wait(SECONDS)
    assert look.read
    assert len(_new(yard)) == 1
    attendants.end(order)
    look.thread.join(SECONDS)
    assert _new(yard) == []


def test_a_file_is_kept_and_then_its_attendant_ends(
    attendants: Attendants, order: Order, yard: Yard
) -> None:
    look = attendants.look(order)
    assert look.wait(SECONDS)
    assert look.keep("mine")
    look.thread.join(SECONDS)
    assert _new(yard) == []


def test_the_process_that_forks_is_replaced_and_does_not_outlive_us(
    attendants: Attendants, order: Order
) -> None:
    assert attendants.look(order).wait(SECONDS)
    (forking,) = [p for p in psutil.Process().children() if "forking" in " ".join(p.cmdline())]
    os.kill(forking.pid, signal.SIGKILL)
    forking.wait(SECONDS)
    other = order.model_copy(update={"file_name": "b.csv"})
    assert attendants.look(other).wait(SECONDS)
    assert attendants.look(other).read
    attendants.close()
    assert [p for p in psutil.Process().children() if "forking" in " ".join(p.cmdline())] == []


def test_one_that_is_killed_in_the_middle_is_said(attendants: Attendants, order: Order) -> None:
    look = attendants.look(order)
    assert look.wait(SECONDS)
    os.kill(look.process.pid, signal.SIGKILL)
    look.thread.join(SECONDS)
    assert "ended in the middle" in look.not_kept
    assert attendants.look(order) is not look
