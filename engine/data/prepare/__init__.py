"""From what was loaded to what is trained on: one file a kind of raw data."""
