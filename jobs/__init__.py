"""Runs the engine elsewhere and remembers what it said: queue, workers, telemetry, history."""
