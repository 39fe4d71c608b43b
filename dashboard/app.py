"""The script Streamlit runs for every view: frame, navigation, then the chosen page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import navigation, services, theme

ASSETS = Path(__file__).parent / "assets"


def main() -> None:
    """Draws the frame around the page that the URL names."""
    st.set_page_config(
        page_title="Trainyard", page_icon=str(ASSETS / "icon.svg"), layout="wide", menu_items={}
    )
    st.logo(str(ASSETS / "icon.svg"), size="large")
    st.html(theme.CSS)
    page = st.navigation(list(navigation.pages().values()), position="top")
    with services.sentences():
        page.run()


main()
