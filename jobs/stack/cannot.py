"""Why a command that starts processes has started none."""

from __future__ import annotations


class CannotStart(Exception):
    """Nothing was started. The text says why and what to do."""
