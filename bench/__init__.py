"""Measurements of the targets: `python -m bench NAME`."""
