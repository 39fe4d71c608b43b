"""The order of the queue: what moving makes of it, in the history and in Redis."""

from __future__ import annotations

import json

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import RunConfig
from engine.settings.command import override
from jobs import queue
from jobs.home import Home
from jobs.order import Seat, moved
from jobs.recorder import Recorder
from jobs.services import commands, queueing, runs
from jobs.services.machines import Presence
from jobs.services.queueing import Line
from jobs.yard import Yard
from tests.jobs.commands import trainyard
from tests.jobs.speaker import Speaker

IRIS = override(RunConfig(), ["preset=iris_mlp", "name="])


def names(spots: list[Seat]) -> list[str]:
    return [each.id for each in sorted(spots, key=lambda it: (-it.priority, it.place, it.id))]


spots = st.lists(
    st.tuples(st.integers(-1, 1), st.sampled_from([0.0, 1.0, 1.0 + 2**-52, 2.0, 1.7e9])), max_size=8
).map(lambda pairs: [Seat(f"r{number}", *pair) for number, pair in enumerate(pairs)])


@settings(deadline=None, max_examples=300)
@given(spots, st.data())
def test_runs_stand_exactly_where_they_are_put(found: list[Seat], data: st.DataObject) -> None:
    line = sorted(found, key=lambda it: (-it.priority, it.place, it.id))
    some = data.draw(st.sets(st.sampled_from([each.id for each in line]))) if line else set()
    before = data.draw(st.sampled_from([None, *(each.id for each in line)]))
    new = {each.id: each for each in line} | {each.id: each for each in moved(line, some, before)}
    others = [each.id for each in line if each.id not in some]
    mine = [each.id for each in line if each.id in some]
    at = len(others)
    if before is not None:
        order = [each.id for each in line]
        at = sum(each in others for each in order[: order.index(before)])
    assert names(list(new.values())) == (
        [*others[:at], *mine, *others[at:]] if others else [each.id for each in line]
    )
    # Those who did not move keep their priority.
    assert all(new[each.id].priority == each.priority for each in line if each.id not in some)


def order(yard: Yard) -> list[str]:
    return [each.id for each in queueing.look(yard).waiting]


def rung(client: redis.Redis) -> list[str]:
    return [queue.run_of(name) for name in queue.queued(client)]


def test_what_a_run_of_several_machines_waits_for(yard: Yard, client: redis.Redis) -> None:
    pair = override(IRIS, ["hardware.machines=2", "hardware.devices=2"])
    assert queueing.expected(yard, pair).startswith("No worker is running.")

    def join(name: str) -> str:
        offers = ("fake:0", "fake:1")
        Presence(f"{name}-1", name, "fake:0", offers=offers, total=2).announce(client)
        return queueing.expected(yard, pair)

    assert join("a") == "Needs 2 machines with 2 devices each; 1 machine has as many here."
    assert join("b") == "A worker takes it in a moment."
    runs.launch(yard, pair)
    (entry,) = queueing.look(yard).waiting
    assert (entry.machines, entry.devices, entry.why) == (2, 2, "A worker takes it in a moment.")
    assert queueing.expected(yard, pair) == "Behind 1 run."


def test_priority_and_moves_order_history_and_redis_alike(
    yard: Yard, client: redis.Redis, home: Home
) -> None:
    a, b, c, d = (runs.launch(yard, IRIS) for _ in range(4))
    urgent = runs.launch(yard, IRIS, priority=10)
    low = runs.launch(yard, IRIS, priority=-10)
    late = runs.launch(yard, IRIS)
    assert order(yard) == rung(client) == [urgent, a, b, c, d, late, low]
    queueing.prioritise(yard, [c, d], 10)
    assert order(yard) == rung(client) == [c, d, urgent, a, b, late, low]
    for _ in range(2):
        queueing.move(yard, [b, late], before=c)
    assert order(yard) == rung(client) == [b, late, c, d, urgent, a, low]
    queueing.move(yard, [urgent], before=None)
    assert order(yard) == rung(client) == [b, late, c, d, a, low, urgent]
    # A paused run keeps its place, and is not rung for.
    commands.ask(yard, late, "pause", "Ada")
    assert rung(client) == [b, c, d, a, low, urgent]
    entry = queueing.look(yard).waiting[1]
    assert (entry.id, entry.number) == (late, None)
    assert entry.why == "Paused by Ada; it goes on when it is resumed."
    # Redis forgets all of it: the recorder puts the queue back in the same order.
    client.flushall()
    recorder = Recorder(client, yard.history, yard.home)
    for _ in range(2):
        recorder.round()
        recorder.tend()
    assert rung(client) == [b, c, d, a, low, urgent]
    commands.ask(yard, late, "resume")
    assert rung(client) == order(yard) == [b, late, c, d, a, low, urgent]
    done = trainyard("queue", "--json", home=home)
    assert [line["id"] for line in json.loads(done.stdout)] == order(yard)


@pytest.mark.usefixtures("client")
def test_what_does_not_wait_has_no_place(yard: Yard) -> None:
    run_id, other = runs.launch(yard, IRIS), runs.launch(yard, IRIS)
    commands.ask(yard, run_id, "stop")
    with pytest.raises(runs.NotPossible, match="is stopped: it waits for nothing"):
        queueing.prioritise(yard, [run_id], 10)
    with pytest.raises(runs.NotPossible, match="does not wait"):
        queueing.move(yard, [other], before=run_id)
    with pytest.raises(runs.NotPossible, match="from -100 to 100"):
        queueing.prioritise(yard, [other], 101)
    with pytest.raises(runs.NotPossible, match="is no priority"):
        queueing.priority_of("urgent")
    with pytest.raises(runs.UnknownRun):
        queueing.prioritise(yard, ["nothing"], 1)
    assert [queueing.priority_of(word) for word in ("High", "-3", "+7")] == [10, -3, 7]


def starts(line: Line) -> list[tuple[str, int | None]]:
    return [(it.id, None if it.starts_in is None else round(it.starts_in)) for it in line.waiting]


def test_the_pace_of_what_trains_says_when_the_next_one_starts(
    yard: Yard, client: redis.Redis
) -> None:
    first, second, third = (runs.launch(yard, IRIS) for _ in range(3))
    speaker = Speaker(client, first)
    speaker.begin(total_steps=100)
    queue.cancel(client, [first])
    speaker.steps(1, 40)  # one step a second
    recorder = Recorder(client, yard.history, yard.home)
    while recorder.round():
        pass
    Presence("w1", "m1", "cpu", first).announce(client)
    line = queueing.look(yard)
    assert [each.id for each in line.training] == [first]
    assert line.left[first] == pytest.approx(60)
    assert starts(line) == [(second, 60), (third, None)]
    speaker.finish()
    while recorder.round():
        pass
    Presence("w1", "m1", "cpu", second).announce(client)
    again = Speaker(client, second)
    again.begin(total_steps=100)
    while recorder.round():
        pass
    # `Speaker` trains from second 11 to second 99.
    fourth = runs.launch(yard, IRIS)
    again.steps(1, 40)
    while recorder.round():
        pass
    line = queueing.look(yard)
    assert starts(line) == [(third, 60), (fourth, 60 + 88)]
