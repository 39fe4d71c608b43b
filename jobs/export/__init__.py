"""A run in the formats of others, read from the history piece by piece."""
