"""Which runs an engine can train."""

from __future__ import annotations

ENGINE = 2
"""Goes up by one when what is launched now might be misread by the engine before.

So it does for new settings and new kinds of models or data; a worker of an older engine leaves such
runs alone. Runs of older engines are trained by every later one.
"""
