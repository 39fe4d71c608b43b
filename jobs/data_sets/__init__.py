"""People's own data: kept under their content's digest, with names and versions."""

from jobs.data_sets.data_set import (
    DataSet,
    DataSetError,
    InUse,
    NotStored,
    UnknownDataSet,
)
from jobs.data_sets.pending import Choices, Pending
from jobs.data_sets.sets import DataSets

__all__ = [
    "Choices",
    "DataSet",
    "DataSetError",
    "DataSets",
    "InUse",
    "NotStored",
    "Pending",
    "UnknownDataSet",
]
