"""A person's own script: its death is shown, and nothing that goes wrong with us ends it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
import redis

from jobs.home import Home
from jobs.recorder import Recorder
from jobs.server import Server
from jobs.services import runs
from jobs.yard import Yard
from tests.jobs.launched import until
from tests.jobs.scripts import address, ended, line, listening, recorded, script


@pytest.fixture
def recorder(yard: Yard) -> Recorder:
    return listening(yard)


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("raise ValueError('shapes do not match')", "failed: ValueError: shapes do not match"),
        ("pass", "finished: "),
        ("raise KeyboardInterrupt", "stopped: Interrupted at the keyboard after step 1."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "stopped: Ended by SIGTERM."),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "failed: The script ended without a word",
        ),
        ("with trainyard.init() as run: sys.exit(3)", "failed: SystemExit: 3"),
    ],
)
def test_how_it_ended_is_said(
    home: Home, yard: Yard, recorder: Recorder, tmp_path: Path, ending: str, said: str
) -> None:
    text = f"trainyard.init()\ntrainyard.log({{'loss': 1.0}})\ntime.sleep(0.5)\n{ending}"
    ended(home, tmp_path, text)
    run = recorded(yard, recorder, lambda run: run.over)
    assert said in f"{run.status}: {run.cause}"
    assert not list((home.root / "outbox").iterdir())


def test_a_script_on_another_machine_that_dies_is_lost_and_may_come_back(
    home: Home, yard: Yard, recorder: Recorder, client: redis.Redis, tmp_path: Path
) -> None:
    """The recorder cannot look into its folder: only the lease says that it is gone."""
    text = """
    run = trainyard.init("far")
    run.log({"loss": 1.0})
    print(run.id, flush=True)
    sys.stdin.readline()
    run.log({"loss": 2.0})
    """
    elsewhere = Home(tmp_path / "elsewhere")
    with script(elsewhere, tmp_path, text, REDIS_URL=address(home)) as process:
        run_id = line(process)
        run = recorded(yard, recorder, lambda run: run.status == "running" and run.step == 1)
        assert run.id == run_id
        process.send_signal(signal.SIGSTOP)
        client.hset(f"ty:run:{run_id}:claim", "until", 0)
        gone = recorded(yard, recorder, lambda run: run.over)
        assert (gone.status, "Lost contact with" in gone.cause) == ("failed", True)
        assert not client.llen("rq:queue:trainyard"), "never on the queue"
        process.send_signal(signal.SIGCONT)
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        back = recorded(yard, recorder, lambda run: run.status == "finished")
        assert (back.step, back.attempts) == (2, 1)


def test_a_run_taken_up_on_another_machine_counts_its_steps_on(
    home: Home, yard: Yard, recorder: Recorder, tmp_path: Path
) -> None:
    text = "run = trainyard.init(id=None)\nfor _ in range(5): run.log({'loss': 1.0})"
    ended(Home(tmp_path / "here"), tmp_path, text, REDIS_URL=address(home))
    first = recorded(yard, recorder, lambda run: run.over)
    there = text.replace("None", repr(first.id))
    ended(Home(tmp_path / "there"), tmp_path, there, REDIS_URL=address(home))
    again = recorded(yard, recorder, lambda run: run.over and run.attempts == 2)
    assert yard.history.curve(again.id, "loss").steps.tolist() == [*range(1, 11)]


def test_without_a_recorder_on_the_machine_the_next_script_says_how_a_killed_one_ended(
    home: Home, yard: Yard, recorder: Recorder, tmp_path: Path
) -> None:
    elsewhere, redis_url = Home(tmp_path / "elsewhere"), address(home)
    killed = """
    import os, signal
    trainyard.init("killed").log({"loss": 1.0})
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    ended(elsewhere, tmp_path, killed, REDIS_URL=redis_url)
    following = f"""
    trainyard.init("next")
    from pathlib import Path
    until = time.monotonic() + 20
    while len(list(Path({str(elsewhere.root)!r}, "outbox").glob("*.json"))) > 1:
        assert time.monotonic() < until
        time.sleep(0.02)
    """
    assert ended(elsewhere, tmp_path, following, REDIS_URL=redis_url)[0] == 0
    done = until(lambda: _all_over(yard, recorder), "both ended")
    assert "ended without a word" in done["killed"]


def _all_over(yard: Yard, recorder: Recorder) -> dict[str, str] | None:
    recorder.round()
    found = runs.list(yard)
    over = {run.name: run.cause for run in found if run.over}
    return over if len(over) == 2 else None


def test_without_a_server_the_points_wait_and_come_later(
    server: Server, home: Home, tmp_path: Path
) -> None:
    away = home.redis / "endpoint.json"
    known = away.read_text()
    away.unlink()
    code, _, err = ended(
        home,
        tmp_path,
        "trainyard.init('x')\nfor i in range(1000): trainyard.log({'loss': i})\ntime.sleep(0.3)",
    )
    assert code == 0
    assert "no connection" in err
    away.write_text(known)
    yard = Yard.open(home)
    recorder = Recorder(yard.redis, yard.history, home)
    run = recorded(yard, recorder, lambda run: run.over)
    assert (run.status, run.step) == ("finished", 1000)
    assert len(yard.history.curve(run.id, "loss")) == 1000
    assert server.start()


def test_a_folder_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = Home(tmp_path / "file" / "home")
    code, _, err = ended(place, tmp_path, "trainyard.init(); trainyard.log({'loss': 1.0})")
    assert code == 0
    assert "nothing will be recorded" in err
