"""Checkpoints: when, what, and whether they can be trusted."""
