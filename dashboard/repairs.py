"""What we change inside Streamlit, each with its reason. The version is pinned; a test names it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

VERSION = "1.67.0"
"""the Streamlit these were written for: look at each of them before another one is taken"""


def apply() -> None:
    """Changes the classes of this process; doing it again changes nothing."""
    from streamlit.runtime.pages_manager import PagesManager

    # Before the first call of `st.navigation` a folder named `pages` means pages of the old kind:
    # whoever opened /run?id=... first after a start got an empty page.
    PagesManager.uses_pages_directory = False
    _forget_fragments_of_left_pages()


def _forget_fragments_of_left_pages() -> None:
    """A fragment that asks for its rerun while another page is being drawn runs after it, finds
    itself gone, and has told the browser meanwhile that the old page is back: the browser then
    drops the new one, and the person looks at an empty page.
    """
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

    original = ScriptRunner._run_script
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def run_script(runner: ScriptRunner, rerun_data: RerunData) -> None:
        asked = rerun_data.fragment_id_queue
        if asked and not any(runner._fragment_storage.contains(each) for each in asked):
            return
        original(runner, rerun_data)

    # To replace a method is what a repair is; no type allows it.
    ScriptRunner._run_script = run_script  # type: ignore[method-assign, assignment]
