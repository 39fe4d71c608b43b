"""How the threads of a CPU training wait for each other; to be set before torch is imported."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SLEEP_WHILE_WAITING: Mapping[str, str] = MappingProxyType({"OMP_WAIT_POLICY": "PASSIVE"})
"""Environment in which a thread that waits gives its core away.

OpenMP's own choice is to spin, which is right on an empty machine. Beside anything else that
computes, the one that spins holds the core that the awaited one needs; docs/decisions.md has the
numbers.
"""
