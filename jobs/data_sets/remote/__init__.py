"""Data from elsewhere, where the owner allows it: an https address, or a name of Hugging Face.

What arrives is an upload like one from the browser, and is read as strictly.
"""

from jobs.data_sets.remote.allowed import Allowed
from jobs.data_sets.remote.fetch import fetch
from jobs.data_sets.remote.trouble import NotFetched

__all__ = ["Allowed", "NotFetched", "fetch"]
