"""One run on several devices, of one machine or more: every process takes its slice of a batch.

Rank 0 is the process that tells of the run; the others hold no state that it does not have.
"""
