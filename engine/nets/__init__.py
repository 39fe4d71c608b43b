"""Modules of the larger model families; their settings are in `engine/models/`."""
