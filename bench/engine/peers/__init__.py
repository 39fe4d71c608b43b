"""One file a training loop. To add one: write `run(task)`, name it in `bench/engine/table.py`."""
