"""Alerts: what wants attention over all runs, what became of them, and who is told."""

from __future__ import annotations

import time

import streamlit as st

from dashboard import services
from dashboard.panels import notices
from dashboard.table import Cell, table
from dashboard.text import count, finished, one_line, plain
from jobs.notify.channels import Channel, ChannelError
from jobs.notify.outbox import State
from jobs.services import alerts

REFRESH_SECONDS = 10
SHOWN = 200


def page() -> None:
    """`/alerts`: read again now and then, and when some run changed."""
    with st.container(key="head"):
        st.markdown("# Alerts")
    _newest()
    _channels()


@st.fragment(run_every=REFRESH_SECONDS)
def _newest() -> None:
    with services.sentences():
        found = alerts.newest(services.yard(), SHOWN)
        now = [each for each in found if each[0].event == "alert" and not each[1].over]
        st.markdown("#### Open now")
        if now:
            notices.draw(now, time.time())
        else:
            st.caption("No run that goes on has an alert.")
        st.markdown("#### Everything told")
        if found:
            notices.draw(found, time.time())
        else:
            st.caption(
                "Nothing yet. Alerts of runs, and what becomes of them, stand here: a loss that "
                "spikes or stands still, overfitting, an idle GPU, a run that failed or was lost."
            )
        if len(found) == SHOWN:
            st.caption(f"The newest {count(SHOWN)}; each run's page has all of its own.")


def _channels() -> None:
    """Only shown here: an address that a server posts to is set where the server is."""
    st.markdown("#### Told by webhook or e-mail")
    try:
        found = alerts.channel_states(services.yard())
    except ChannelError as error:
        st.markdown(f":red[:material/error: {plain(str(error))}]")
        return
    if not found:
        st.caption("To be told of alerts and ends elsewhere, add a channel where Trainyard runs:")
        st.code("./trainyard notify add slack https://hooks.slack.com/services/...", language=None)
        return
    head = ["Channel", "Where to", "What is told", "Sent", "Waiting", "Given up"]
    table(head, [_channel(channel, state) for channel, state in found])
    st.caption("`./trainyard notify` adds, tests and removes them.")


def _channel(channel: Channel, state: State) -> list[Cell | str]:
    numbers = [Cell(count(each), number=True) for each in (state.sent, state.waiting, state.failed)]
    trouble = one_line(finished(f"last trouble: {state.error}")) if state.error else ""
    return [
        Cell(channel.name, note=channel.kind),
        Cell(channel.place, note=trouble),
        ", ".join(channel.topics),
        *numbers,
    ]
