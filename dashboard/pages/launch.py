"""Launch: the form on the left, what it amounts to on the right, one button."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import streamlit as st

from dashboard import navigation, services
from dashboard.form import beginning, draw, session, state, topics
from dashboard.form.beginning import RUN, TITLES, Beginning
from dashboard.panels import augmentation, configuration, forecast
from dashboard.text import plain
from engine.config import RunConfig
from engine.models import OWN
from engine.problem import SettingsError
from jobs.data_sets import DataSets
from jobs.run import Run
from jobs.services import runs
from jobs.services.forks import Point

Lists = Mapping[str, Mapping[str, str]]
_LAUNCH = "launch"
_HALVES = (1.7, 1.0)
"""the form and what it amounts to; the box above stands over the latter"""


def page() -> None:
    """`/?preset=<name>` or `/?from=<run id>` fills the form; so does a range test, with a
    `&learning_rate=<what it found>`, a replay, `&replay=1`, a checkpoint,
    `/?fork=<run id>&at=<its name>`, and data of one's own:
    `/?table=<id>&target=<column>&text=<column>`, `/?images=<id>`, `/?corpus=<id>`, `/?pairs=<id>`.
    """
    begin = beginning.find()
    _launch_if_pressed(begin)
    origin, sources = begin.origin, begin.sources
    with st.container(key="head"):
        left, right = st.columns(_HALVES, gap="large", vertical_alignment="bottom")
        with left:
            st.markdown("# Launch a run")
            topic = _choose_topic(sources, origin)
        with right:
            source = _choose(sources, origin, topic)
    if begin.point is not None:
        _draw_point(begin.point)
    form = state.load(st.session_state, source, sources[source])
    sheet = begin.lay_out(form)
    left, right = st.columns(_HALVES, gap="large")
    with left:
        if form.adopted:
            note = f"These data need other settings: they are now those of {form.adopted}."
            st.caption(f":material/info: {plain(note)}")
        _own_files_left_out()
        pen = draw.Pen(
            form,
            sheet,
            placeholders={"name": _default_name(form.anchor)},
            lists=_named(form.anchor.data.offers()),
        )
        draw.draw_sections(pen, RunConfig)
    with right, st.container(key="aside"):
        # First: a box that grows above it would move the button from under a finger.
        _launch_button(form, sheet)
        _stray_problems(pen)
        forecast.draw(form.anchor, sheet.outcome.ready)
        augmentation.draw(form.anchor)
    if sheet.outcome.config is not None:
        with st.expander("The same run as a command or a file", key="copies"):
            configuration.copies(sheet.outcome.config, key="json", point=begin.point)


def _named(offers: Lists) -> Lists:
    """What the data set offers, data of one's own under the names that people gave them."""
    own = [name for name in ("tables", "images", "corpora", "pairs") if name in offers]
    if not own:
        return offers
    known = DataSets.of(services.yard()).list()
    names = {each.digest: f"{each.name}, version {each.version}" for each in reversed(known)}
    named = {
        name: {digest: names.get(digest, what) for digest, what in offers[name].items()}
        for name in own
    }
    return {**offers, **named}


def _draw_point(point: Point) -> None:
    """Where the run will begin, and the way to one that begins anew."""
    with st.container(border=True, gap="xxsmall", key="fork"):
        place, name = point.kept.place(), plain(point.run.name)
        st.markdown(f":material/fork_right: **Starts from {place} of {name}**")
        st.caption(
            "With its weights, the optimizer's memory, the place in the data and the settings in "
            "force there. Data, model and kind of optimizer stay; all else may change."
        )
        run_id = point.run.id
        st.html(
            f'<p class="yard-from"><a href="run?id={run_id}" target="_self">See the run</a> · '
            f'<a href="./?from={run_id}" target="_self">Launch it again from step 0</a></p>'
        )


def _asked(sources: Mapping[str, RunConfig], origin: Run | None) -> str:
    """The source that the URL names, or else the first one."""
    asked = st.query_params.get("preset", "")
    return asked if asked in sources and origin is None else next(iter(sources))


def _choose_topic(sources: Mapping[str, RunConfig], origin: Run | None) -> str:
    """What to learn: it narrows down where to start. An old run is where it is."""
    grouped = topics.by_topic(sources)
    if origin is not None:
        return next(iter(grouped))
    asked = _asked(sources, origin)
    return st.segmented_control(
        "What to learn",
        list(grouped),
        default=next(name for name, members in grouped.items() if asked in members),
        required=True,
        key="topic",
        label_visibility="collapsed",
    )


def _choose(sources: Mapping[str, RunConfig], origin: Run | None, topic: str) -> str:
    """The `Start from` box; the choice stands in the URL."""
    names = list(sources) if origin else topics.by_topic(sources)[topic]
    asked = _asked(sources, origin)
    source = st.selectbox(
        "Start from",
        names,
        index=names.index(asked) if asked in names else 0,
        key=f"source.{origin.id if origin else topic}",
        format_func=lambda name: _source_name(name, sources[name], origin),
    )
    if origin is None and (source != next(iter(sources)) or "preset" in st.query_params):
        st.query_params["preset"] = source
    return source


def _source_name(name: str, config: RunConfig, origin: Run | None) -> str:
    if origin is not None and name.startswith(RUN):
        return f"Run: {origin.name}"
    if name.startswith(tuple(f"{title}: " for title in TITLES.values())):
        return name
    return config.name or _default_name(config)


def _default_name(config: RunConfig) -> str:
    return f"{config.model.title} on {config.data.title}"


def _own_files_left_out() -> None:
    """The files of the owner's folder of models that are not in the form, and why."""
    for path, reason in OWN.refused:
        sentence = plain(f"{path.name} is not offered: {reason}")
        st.caption(f":orange[:material/warning: {sentence}]")


def _stray_problems(pen: draw.Pen) -> None:
    """Problems that belong to no widget; none is ever lost."""
    for path, sentences in pen.sheet.problems.items():
        if path not in pen.drawn:
            for sentence in sentences:
                st.caption(f":red[{plain(sentence)}]")


def _launch_if_pressed(begin: Beginning) -> None:
    """Before anything is drawn: drawing the form again would cost half a second.

    Launches once, however often the button is pressed: every press carries the same key.
    """
    form = state.current(st.session_state)
    if form is None or not (form.pressed or st.session_state.get(_LAUNCH)):
        return
    form.pressed = False
    outcome = begin.lay_out(form).outcome
    if outcome.ready and outcome.config is not None:
        config, origin = begin.begun(outcome.config), begin.origin
        try:
            run_id = runs.launch(
                services.yard(), config, origin=origin.id if origin else None, key=form.key
            )
        except SettingsError as error:
            # Between the drawing and the press, e.g. a data set was deleted.
            services.trouble("Nothing was launched", str(error))
            return
        form.launched = run_id
        navigation.go("run", id=run_id)


def _launch_button(form: state.State, sheet: session.Sheet) -> None:
    """The button; from the next drawing on, a press is a new run."""
    st.button(
        "Launch",
        key=_LAUNCH,
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=not sheet.outcome.ready,
        on_click=state.press,
        args=(st.session_state,),
    )
    if number := len(sheet.problems):
        things = "setting needs" if number == 1 else "settings need"
        st.caption(f":red[{number} {things} a look before this can run.]")
    if form.launched:
        form.launched, form.key = "", secrets.token_hex(16)
