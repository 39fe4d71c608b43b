"""How the threads of a CPU training wait for each other; to be set before torch is imported."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WAIT_BRIEFLY: Mapping[str, str] = MappingProxyType({"GOMP_SPINCOUNT": "20000"})
"""Environment in which a thread that waits spins for a moment and then gives its core away.

OpenMP's own choice is to spin on, which beside anything else that computes holds the very core
that the awaited thread needs; docs/decisions.md has the numbers.
"""
