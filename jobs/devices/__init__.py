"""Which run gets which devices: what a machine has, who holds it, who comes next.

A device is held by a `flock` that dies with its holders. A run is taken by one script in Redis.
"""
