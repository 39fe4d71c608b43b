"""What a trainer watches around its training: its GPUs, its data, the room on disk and in memory.

One file a rule: each hears samples as they come and says what is to be told. `watch.py` has them
all.
"""
