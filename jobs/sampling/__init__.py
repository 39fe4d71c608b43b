"""Measures machines, their GPUs and process trees, for the curves under the loss."""
