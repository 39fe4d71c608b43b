"""What may be wrong with fetching."""

from __future__ import annotations

from jobs.data_sets.data_set import DataSetError


class NotFetched(DataSetError):
    """Nothing was fetched. The text says why and what to do."""
