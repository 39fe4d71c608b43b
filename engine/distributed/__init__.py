"""One run on several devices of a machine: every process takes its slice of each batch (DDP).

Rank 0 is the process that tells of the run; the others hold no state that it does not have.
"""
