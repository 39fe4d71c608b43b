"""Our changes inside Streamlit still fit the Streamlit that is installed."""

from __future__ import annotations

import pytest
import streamlit
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from dashboard import repairs


def test_the_repairs_were_made_for_this_version() -> None:
    assert streamlit.__version__ == repairs.VERSION


def test_a_fragment_of_a_page_that_was_left_does_not_run() -> None:
    repairs.apply()
    repaired = ScriptRunner._run_script
    repairs.apply()
    assert ScriptRunner._run_script is repaired, "repaired twice"
    runner = object.__new__(ScriptRunner)
    runner._fragment_storage = MemoryFragmentStorage()
    # Without the repair it would go on and fail as below: there is no session behind this runner.
    runner._run_script(RerunData(fragment_id_queue=["gone"]))
    with pytest.raises(AttributeError, match="_script_thread"):
        runner._run_script(RerunData())
