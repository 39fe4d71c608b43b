"""What a run watches itself for: one file a rule, each a pure function of what was told.

A rule takes what it knows and what is new, and gives what it knows then and the alerts. To add one,
write such a file, give it a place in `Known` and a setting in `Alerts`.
"""
