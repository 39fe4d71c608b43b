"""The script Streamlit runs for every view: frame, navigation, then the chosen page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import navigation, services, theme

ICON = Path(__file__).parent / "assets" / "icon.svg"


def main() -> None:
    """Draws the frame around the page that the URL names."""
    st.set_page_config(
        page_title="Trainyard",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state="collapsed",
        menu_items={},
    )
    st.html(theme.CSS)
    # Our own bar: Streamlit's hides the pages of a phone in a side bar that covers the page.
    page = st.navigation(list(navigation.pages().values()), position="hidden")
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.image(ICON, width=28)
        st.html('<b class="yard-logo">Trainyard</b>', width="content")
        for name in ("launch", "data", "runs", "queue", "alerts", "machines"):
            navigation.link(name.capitalize(), name)
    with services.sentences():
        page.run()


main()
