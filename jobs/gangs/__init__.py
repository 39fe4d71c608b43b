"""One run over several machines: who they are, where they meet, how each hears that another died.

The claim (`jobs/devices/claim.py`) puts them together. The trainer of the one that leads opens a
meeting; the workers of the others come there and start ranks as they are told. No rank on another
machine outlives the connection, so whatever dies ends the attempt everywhere, without Redis.
"""
