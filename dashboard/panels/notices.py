"""What runs told, as a list: newest first, a line each, on a phone two. Every text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard.text import ago, finished, moment, one_line
from jobs.history.notices import Notice
from jobs.run import Run

Told = tuple[Notice, Run]

_WORDS = {
    "finished": "Finished",
    "failed": "Failed",
    "stopped": "Stopped",
    "crashed": "Crashed",
    "lost": "Lost",
    "waiting": "Waiting",
}
_LEVELS = {"error": "Error", "warning": "Warning", "info": "Information"}

# Shape and colour say the level, as on the charts (`static/live/live.css`).
_STYLE = """
<style>
ul.yard-notices { margin: 0; padding: 0 !important; list-style: none; font-size: .9rem; }
.yard-notices li { display: grid; grid-template-columns: 12px 7.5rem 12rem minmax(0, 1fr);
  gap: .1rem 1rem; align-items: baseline; margin: 0; padding: .6rem 0;
  border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
.yard-notices time, .yard-notices small { font-size: .8rem;
  color: color-mix(in srgb, currentColor 62%, transparent); }
.yard-notices small { display: block; }
.yard-notices b { font-weight: 550; }
.yard-notices a { color: inherit !important; font-weight: 600; overflow-wrap: anywhere;
  text-decoration: none; }
.yard-notices a:hover { text-decoration: underline; }
.yard-notices p { margin: 0; font-size: inherit; overflow-wrap: anywhere; }
.yard-notices i { width: 9px; height: 9px; background: #22a884; border-radius: 50%; }
.yard-notices i[data-level="warning"] { background: #d9822b; border-radius: 0;
  transform: rotate(45deg) scale(.9); }
.yard-notices i[data-level="error"] { background: #d1495b; border-radius: 0; }
@media (max-width: 640px) {
  .yard-notices li { grid-template-columns: 12px minmax(0, 1fr) auto; }
  .yard-notices time { order: 1; }
  .yard-notices p { grid-column: 2 / -1; order: 2; }
}
</style>
"""


def draw(found: Sequence[Told], now: float) -> None:
    """The list; times in the zone of whoever looks."""
    zone = st.context.timezone
    lines = "".join(_line(notice, run, now, zone) for notice, run in found)
    st.html(f'{_STYLE}<ul class="yard-notices">{lines}</ul>')


def _line(notice: Notice, run: Run, now: float, zone: str | None) -> str:
    link = escape(f"run?{urlencode({'id': run.id})}")
    level = _LEVELS[notice.level]
    return (
        f'<li><i data-level="{notice.level}" role="img" aria-label="{level}"></i>'
        f'<time title="{moment(notice.time, zone)}">{ago(notice.time, now)}</time>'
        f'<div><a href="{link}" target="_self">{escape(one_line(run.name))}</a>'
        f"<small>step {notice.step:,}</small></div>"
        f"<p>{_said(notice)}</p></li>"
    )


def _said(notice: Notice) -> str:
    """What it is, in bold, and the sentence, which may well begin with just that."""
    words = notice.code.replace("-", " ").capitalize()
    what = words if notice.event == "alert" else _WORDS[notice.event]
    text = one_line(finished(notice.message)) if notice.message else ""
    if text.lower().startswith(what.lower()):
        return f"<b>{escape(text[: len(what)])}</b>{escape(text[len(what) :])}"
    return f"<b>{escape(what)}.</b> {escape(text)}"
