"""Which process is killed when: decided by the seed before anything starts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal, get_args

Victim = Literal["trainer", "worker", "valkey", "recorder", "dashboard"]
VICTIMS: tuple[Victim, ...] = get_args(Victim)

TRAINING: tuple[Victim, ...] = ("trainer", "worker")
"""with these an attempt ends"""

SHARES: dict[Victim, int] = {
    "trainer": 65,
    "worker": 12,
    "recorder": 10,
    "valkey": 8,
    "dashboard": 5,
}
"""of 100 kills"""

LONGEST_PAUSE = 0.6
"""seconds from when a process could be killed; the kill falls anywhere in between"""


@dataclass(frozen=True)
class Kill:
    """One SIGKILL."""

    number: int
    """counted from 1"""
    victim: Victim
    which: float
    """from 0 to 1: which one, where there are several"""
    pause: float
    """seconds"""


def plan(kills: int, seed: int) -> list[Kill]:
    """So many kills in their order; the same seed makes the same plan."""
    chance = random.Random(seed)
    victims = [victim for victim, number in _numbers(kills).items() for _ in range(number)]
    chance.shuffle(victims)
    return [
        Kill(number, victim, chance.random(), chance.uniform(0, LONGEST_PAUSE))
        for number, victim in enumerate(victims, start=1)
    ]


def _numbers(kills: int) -> dict[Victim, int]:
    """How often each is killed; what rounding leaves over goes to the trainers."""
    numbers = {victim: kills * share // 100 for victim, share in SHARES.items()}
    numbers["trainer"] += kills - sum(numbers.values())
    return numbers
