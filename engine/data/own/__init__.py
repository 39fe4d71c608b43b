"""From a stored table to numbers: what each column is for, which rows are used, what is measured.

Columns are read one at a time, so that a table may be larger than the memory of its machine.
"""
