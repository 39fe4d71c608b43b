"""The same samples at every evaluation, with a slider: one watches a model learn.

Pictures, texts and rows of a table with what was said of them; what a language model wrote; the
translations or neighbours a model gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.panels.evaluation import tables, writing
from dashboard.panels.evaluation.gallery import feature
from dashboard.table import Cell, Content, table
from dashboard.text import metric, metric_name, one_line, percent, plain
from engine.events import Example
from jobs.history import History, Moment
from jobs.run import Run

_LETTERS = 400
_KEY, _END = "moment", "moment.end"
"""in the session: where the slider stands, and where it ended when it was drawn last"""


def draw(run: Run, history: History) -> None:
    """Of folds, which watch different samples, the newest."""
    found = [each for each in history.moments(run.id) if each.fold == run.fold]
    if not found:
        st.caption(_why_nothing(run))
        return
    _slide(found, by_steps=run.config.training.evaluate_steps is not None)
    if run.fold:
        st.caption(f"Shown is fold {run.fold}.")


def _why_nothing(run: Run) -> str:
    if not run.config.data.split.validation:
        return (
            "No sample is watched, for there is no validation part: data.split.validation is 0. "
            "Launch again with one to see here how the answers change."
        )
    if run.best is not None or run.epoch > 1:
        return "Runs of this kind show no samples while they train; the test has some."
    if run.over:
        return "The run ended before its first evaluation."
    return "The first answers come with the first evaluation."


@st.fragment
def _slide(found: Sequence[Moment], *, by_steps: bool) -> None:
    """The slider and what it stands at; it goes along with the run while it is at its end."""
    places = [each.step for each in found]
    _keep_place(places)
    chosen = places[0]
    if len(places) > 1:
        names = {each.step: _when(each, by_steps=by_steps) for each in found}
        chosen = st.select_slider(
            "Evaluation", places, key=_KEY, format_func=lambda step: names.get(step, str(step))
        )
    at = places.index(chosen)
    st.html(f'<p class="yard-moment">{escape(_numbers(found[at], by_steps=by_steps))}</p>')
    _show(found, at)


def _keep_place(places: Sequence[int]) -> None:
    """Where the slider stands among evaluations that grew and were thinned meanwhile."""
    before = st.session_state.get(_KEY)
    if before is None or before == st.session_state.get(_END):
        st.session_state[_KEY] = places[-1]
    elif before not in places:
        st.session_state[_KEY] = min(places, key=lambda step: abs(step - before))
    st.session_state[_END] = places[-1]


def _when(moment: Moment, *, by_steps: bool) -> str:
    step = f"step {moment.step - moment.fold_begin:,}"
    return step.capitalize() if by_steps else f"Epoch {moment.epoch}, {step}"


def _numbers(moment: Moment, *, by_steps: bool) -> str:
    measured = [f"{metric_name(name)} {metric(v)}" for name, v in moment.metrics.items()]
    return " · ".join([_when(moment, by_steps=by_steps), *measured])


def _show(found: Sequence[Moment], at: int) -> None:
    moment = found[at]
    if moment.samples:
        st.html(writing.html(moment.samples))
    elif moment.tables:
        tables.draw(moment.tables)
    elif any(each.picture or each.text for each in moment.watched):
        kind = "yard-pictures" if any(each.picture for each in moment.watched) else "yard-cards"
        st.html(f'<div class="{kind} yard-watched">{"".join(_cards(found, at))}</div>')
        st.caption(_legend(moment.watched))
    else:
        _rows(moment.watched)
        st.caption("The same rows of the validation part at every evaluation; # is the row.")


def _legend(watched: Sequence[Example]) -> str:
    same = f"The same {len(watched)} samples of the validation part, chosen by the seed."
    if watched[0].probability is None:
        return same
    return plain(
        f"{same} What is true, what the model says and how sure it is. Below, a bar an evaluation: "
        "a high one was right, a low one wrong."
    )


def _cards(found: Sequence[Moment], at: int) -> list[str]:
    """One a sample; its answers at all evaluations below it."""
    cards = []
    for place, each in enumerate(found[at].watched):
        answers = [moment.watched[place] for moment in found if len(moment.watched) > place]
        if each.picture:
            address = f"data:image/png;base64,{escape(each.picture)}"
            look = f'<img src="{address}" alt="sample {each.place:,}, {escape(each.truth)}">'
        else:
            text = each.text if len(each.text) <= _LETTERS else f"{each.text[:_LETTERS]}…"
            look = f"<p>{escape(text)}</p>"
        tag = "figure" if each.picture else "article"
        below = "figcaption" if each.picture else "footer"
        cards.append(
            f"<{tag}>{look}<{below}>{_answer(each)}{_strip(answers, at)}</{below}></{tag}>"
        )
    return cards


def _answer(each: Example) -> str:
    truth, said = escape(one_line(each.truth)), escape(one_line(each.prediction))
    if each.probability is None:
        return f"<b>{truth}</b> <span>→</span> <em>{said}</em>"
    sure = percent(each.probability)
    if each.truth == each.prediction:
        return f'<b title="right">✓ {truth}</b> <small>{sure}</small>'
    return f'<b>{truth}</b> <span>→</span> <i title="wrong">✗ {said}</i> <small>{sure}</small>'


def _strip(answers: Sequence[Example], at: int) -> str:
    """A bar an evaluation; nothing where an answer is a number, which is never quite right."""
    if answers[0].probability is None or len(answers) < 2:
        return ""
    right = [each.truth == each.prediction for each in answers]
    bars = "".join(
        f'<s class="{"right" if good else "wrong"}{" now" if place == at else ""}"></s>'
        for place, good in enumerate(right)
    )
    said = f"right at {sum(right)} of {len(right)} evaluations"
    return f'<div class="yard-strip" role="img" aria-label="{said}" title="{said}">{bars}</div>'


def _rows(watched: Sequence[Example]) -> None:
    """One row a sample, its features behind what was said of it."""
    names = list(dict.fromkeys(name for each in watched for name in each.features))
    sure = any(each.probability is not None for each in watched)
    head = ["#", "True", "Predicted", *(["Probability"] if sure else []), "Loss", *names]
    rows: list[list[Content]] = [
        [
            Cell(f"{each.place:,}"),
            Cell(one_line(each.truth), strong=True),
            Cell(one_line(each.prediction), mark=each.truth != each.prediction and sure),
            *([Cell(percent(each.probability or 0.0), number=True)] if sure else []),
            Cell(metric(each.loss, 3), number=True),
            *(feature(each, name) for name in names),
        ]
        for each in watched
    ]
    table(head, rows)
