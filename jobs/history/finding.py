"""Finds runs among thousands: filters in SQL, a page at a time, and what there is to filter by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from engine.data import Data
from engine.models import Model
from jobs.history.runs import several
from jobs.history.schema import RUNS, TAGS
from jobs.history.states import status, with_last
from jobs.run import Run
from jobs.status import Status

Shelf = Literal["current", "archived", "deleted"]


@dataclass(frozen=True)
class Filter:
    """What a run must be to stand in a list; the default is every run that is not put away."""

    search: str = ""
    """each of its words must occur in name, id, tags, notes, status, model or data"""
    states: tuple[Status, ...] = ()
    """one of these; any where there is none"""
    tags: tuple[str, ...] = ()
    """all of these"""
    model: str = ""
    """a kind; any where it is empty"""
    data: str = ""
    """a kind; any where it is empty"""
    shelf: Shelf = "current"


@dataclass(frozen=True)
class Facets:
    """What the runs of a shelf can be filtered by, each with how many there are."""

    tags: dict[str, int]
    """the most used first"""
    models: dict[str, int]
    """by kind"""
    data: dict[str, int]
    """by kind"""


def page(
    connection: Connection, wanted: Filter, limit: int | None, offset: int = 0
) -> tuple[list[Run], int]:
    """So many of the runs that fit, pinned ones first, then the newest; and how many fit in all."""
    # One look for both: to search all texts takes longer than to hand over all ids.
    ordered = _fitting(wanted).order_by(RUNS.c.pinned.is_(None), RUNS.c.id.desc())
    ids = connection.execute(ordered.with_only_columns(RUNS.c.id)).scalars().all()
    end = None if limit is None else offset + limit
    return several(connection, ids[offset:end]), len(ids)


def facets(connection: Connection, shelf: Shelf) -> Facets:
    """What there is on a shelf."""
    here = _on(shelf)
    tagged = select(TAGS.c.tag, func.count()).join(RUNS, RUNS.c.id == TAGS.c.run).where(here)
    tags = tagged.group_by(TAGS.c.tag).order_by(func.count().desc(), TAGS.c.tag)
    kinds = [
        select(column, func.count()).where(here, column != "").group_by(column).order_by(column)
        for column in (RUNS.c.model, RUNS.c.data)
    ]
    return Facets(*(_counts(connection, query) for query in (tags, *kinds)))


@cache
def titles(group: Literal["model", "data"]) -> dict[str, str]:
    """What people call each kind of model or data, by kind."""
    union = {"model": Model, "data": Data}[group]
    members = get_args(get_args(union)[0])
    return {str(each.model_fields["kind"].default): each.title for each in members}


def _counts(connection: Connection, query: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}


def _fitting(wanted: Filter) -> Select[Any]:
    conditions = [_on(wanted.shelf), *map(_occurs, wanted.search.lower().split())]
    conditions += [_tagged(TAGS.c.tag == tag) for tag in wanted.tags]
    if wanted.states:
        conditions.append(status().in_(wanted.states))
    if wanted.model:
        conditions.append(RUNS.c.model == wanted.model)
    if wanted.data:
        conditions.append(RUNS.c.data == wanted.data)
    # The newest attempt is looked up only where the status counts: it takes most of the time.
    asked = wanted.states or any(map(_statuses, wanted.search.lower().split()))
    return select(RUNS).select_from(with_last() if asked else RUNS).where(*conditions)


def _on(shelf: Shelf) -> ColumnElement[bool]:
    if shelf == "deleted":
        return RUNS.c.removal.is_not(None)
    away = RUNS.c.archived.is_not(None) if shelf == "archived" else RUNS.c.archived.is_(None)
    return and_(RUNS.c.removal.is_(None), away)


def _occurs(word: str) -> ColumnElement[bool]:
    """Whether a word, in small letters, stands anywhere in what people know of a run."""
    texts = [_holds(column, word) for column in (RUNS.c.name, RUNS.c.notes)]
    if statuses := _statuses(word):
        texts.append(status().in_(statuses))
    return or_(
        *texts,
        RUNS.c.id.contains(word.upper(), autoescape=True),
        RUNS.c.id.in_(select(TAGS.c.run).where(_holds(TAGS.c.tag, word))),
        RUNS.c.model.in_(_called("model", word)),
        RUNS.c.data.in_(_called("data", word)),
    )


def _holds(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return func.lower(column).contains(word, autoescape=True)


def _statuses(word: str) -> list[Status]:
    return [each for each in get_args(Status) if word in each]


def _tagged(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(TAGS.c.run == RUNS.c.id, condition)


def _called(group: Literal["model", "data"], word: str) -> list[str]:
    return [kind for kind, title in titles(group).items() if word in f"{title} {kind}".lower()]
