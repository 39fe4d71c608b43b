"""A live chart as tutorials have it: the fragment runs each second and draws the figure anew."""

from __future__ import annotations

import sys

import plotly.graph_objects as go
import streamlit as st

from jobs.home import Home
from jobs.yard import Yard


@st.cache_resource
def opened() -> Yard:
    """One for all sessions."""
    return Yard.open(Home.from_environment())


@st.fragment(run_every=1)
def chart() -> None:
    """The whole curve, each time."""
    curve = opened().history.curve(sys.argv[1], "train/loss")
    st.plotly_chart(go.Figure(go.Scatter(x=curve.steps, y=curve.values)), key="loss")


chart()
