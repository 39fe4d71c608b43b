"""The live charts as Streamlit elements: a run, a comparison, the machines, or only a wake-up.

Each returns a text that is not empty in the one rerun it asked for: the page's own panels have
something new to show. A page stays push-driven by simply being drawn again then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import streamlit as st

from dashboard import secret, services
from dashboard.static_files import StaticFiles

# Streamlit sends a component's script with every message, so it is only a door to the real one.
# The modules are loaded by an absolute address: a blob has no folder to start from.
LOADER = """
let loaded;
export default function (component) {
  const { data, parentElement } = component;
  let gone = false;
  const act = (name, argument) => loaded ? loaded[name](argument) : undefined;
  if (loaded) act("update", component);
  else import(new URL(data.script, document.baseURI).href).then((module) => {
    loaded = module;
    if (!gone) act("update", component);
  });
  return () => { gone = true; act("remove", parentElement); };
}
"""


def live_run(run_id: str, *, key: str, seen: str = "") -> str:
    """Progress, charts and log of one run. `seen` is the status the page was drawn with."""
    data = {"run": run_id, "seen": seen}
    return _mount("run", run_id, [run_id], data, key)


def live_compare(
    run_ids: list[str],
    *,
    key: str,
    names: Mapping[str, str] | None = None,
    groups: Sequence[Mapping[str, Any]] = (),
    metrics: Sequence[str] = (),
) -> str:
    """Curves of several runs over each other; `names` by run id, see `jobs/comparison/names.py`.

    `groups`, `{name, runs}` each: their means and deviations are drawn instead of single runs.
    `metrics`: only charts of these; of all where it is empty.
    """
    called = names or {}
    shown = [{"id": run_id, "name": called.get(run_id, run_id)} for run_id in run_ids]
    subject = " ".join(f"{run['id']}={run['name']}" for run in shown) + repr(groups)
    data = {"runs": shown, "groups": list(groups), "metrics": list(metrics)}
    return _mount("compare", subject, list(run_ids), data, key)


def live_machines(*, key: str) -> str:
    """Use of every machine and its devices over the last minutes."""
    return _mount("machines", "", ["machines"], {}, key)


def live_changes(
    *, key: str, runs: Sequence[str] = (), names: Mapping[str, str] | None = None
) -> str:
    """Nothing to see: asks for a rerun when any run changed, at most once a second.

    `runs`: those with a link on the page. The charts of one are fetched when its link is pressed.
    `names`: of those that Compare would show, by run id, as `live_compare` gets them.
    """
    ahead = secret.sign_ticket(secret.read_token(services.yard().home), list(runs))
    data = {"runs": list(runs), "ahead": ahead, "names": dict(names or {})}
    return _mount("changes", "", ["changes"], data, key)


def _mount(view: str, subject: str, scope: list[str], data: Mapping[str, Any], key: str) -> str:
    token = secret.read_token(services.yard().home)
    result = _renderer()(
        key=key,
        data={
            **data,
            "view": view,
            "subject": subject,
            "script": _script(),
            "token": secret.sign_ticket(token, scope),
        },
        on_changed_change=_nothing,
        on_ticket_change=_nothing,
    )
    return str(result.changed or "")


def _nothing() -> None:
    """A trigger without an action is not reported; the rerun itself is the action."""


def _renderer() -> Any:
    return st.components.v2.component("trainyard_live", js=LOADER, isolate_styles=False)


@cache
def _script() -> str:
    return StaticFiles.read().url("live/main.js")
