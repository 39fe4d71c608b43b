"""Runs of a person's own script, which tells of itself with `trainyard.log(...)`.

Such a run is never queued: it begins when its script does. The script writes its journal and Redis,
as a trainer does; the recorder makes the row in the history when it first hears of it.
"""
