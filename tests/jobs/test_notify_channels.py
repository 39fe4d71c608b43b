"""Channels: what each receiver gets, what is refused with a sentence, the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.history.notices import Notice
from jobs.home import Home
from jobs.notify import channels as places
from jobs.notify.bodies import body
from jobs.notify.channels import Channel, ChannelError, Kind
from jobs.notify.letter import Letter, Subject
from tests.jobs.receivers import Hook, listening

NASTY = "<!channel> *b* [x](http://evil) @everyone & co"
NOTICE = Notice("0" * 26, "k", "alert", "error", 8, 0.0, "the loss jumped", code="loss-spike")


def made(kind: Kind, address: str = "https://example.org/base/topic") -> tuple[str, Any]:
    letter = Letter("c", Subject("0" * 26, NASTY, "running", 8), (NOTICE,))
    return body(Channel(name="c", kind=kind, address=address), letter)


def test_names_become_no_markup_and_call_nobody() -> None:
    _, slack = made("slack")
    assert "&lt;!channel&gt;" in slack["text"]
    assert "<!channel>" not in slack["text"]
    _, discord = made("discord")
    assert discord["allowed_mentions"] == {"parse": []}
    assert r"\[x\]\(http" in discord["embeds"][0]["title"]
    _, teams = made("teams")
    card = teams["attachments"][0]["content"]
    assert r"\*b\*" in card["body"][0]["text"]
    assert card["body"][1]["text"] == r"The loss jumped\."


def test_ntfy_gets_its_topic_in_the_body() -> None:
    url, found = made("ntfy")
    assert url == "https://example.org/base/"
    assert (found["topic"], found["priority"]) == ("topic", 5)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "../x"}, "is no name for a channel"),
        ({"topics": []}, "Choose something to tell"),
        ({"address": "file:///etc/passwd"}, "must be a URL"),
        ({"address": "https://u:p@example.org/"}, "end up in logs"),
        ({"kind": "ntfy", "address": "https://ntfy.sh/"}, "ends with the topic"),
        ({"kind": "email", "address": "me"}, "is no e-mail address"),
        ({"kind": "email", "server": "http://x"}, "The server must be smtps://"),
        ({"kind": "email", "server": "smtps://u:p@host"}, "Leave the password out"),
        ({"kind": "email", "server": "smtp+plain://far.example.org"}, "on this machine only"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(given: dict[str, Any], sentence: str) -> None:
    usual = {"name": "c", "kind": "webhook", "address": "https://example.org/hook"}
    if given.get("kind") == "email":
        usual |= {"address": "me@example.org", "server": "smtps://host", "sender": "me@x.org"}
    with pytest.raises(ChannelError, match=sentence):
        places.check(Channel.model_validate({**usual, **given}))


def test_the_file_is_private_and_a_damaged_one_is_a_sentence(home: Home) -> None:
    places.add(home, Channel(name="c", kind="webhook", address="https://example.org/hook"))
    path = home.root / places.FILE
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ChannelError, match="There is a channel c already"):
        places.add(home, Channel(name="c", kind="webhook", address="https://example.org/hook"))
    path.write_text(path.read_text().replace('"webhook"', '"pigeon"'))
    with pytest.raises(ChannelError, match=r"cannot be read \(at channels.0.kind\)"):
        places.channels(home)


def test_the_command_line_adds_tests_lists_and_removes(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from jobs.cli import build

    def call(*words: str) -> str:
        build()(["notify", *words], standalone_mode=False)
        return capsys.readouterr().out

    monkeypatch.setenv("TRAINYARD_HOME", str(home.root))
    monkeypatch.delenv("TRAINYARD_NOTIFY_SECRET", raising=False)
    with listening(Hook()) as hook:
        secret = call("add", "webhook", hook.url, "--name", "ops", "--on", "failed,error")
        secret = secret.splitlines()[1].removeprefix("its bodies are signed with ")
        assert call("test", "ops") == "ops took it.\n"
        ((headers, _),) = hook.got
        assert headers["X-Trainyard-Signature"].startswith("t=")
        shown = call("list") + call("list", "--json")
        assert "failed, error" in shown
        assert "secret-path" not in shown
        assert secret not in shown
        assert json.loads(call("list", "--json"))[0]["signed"] is True
        hook.statuses = [404]
        with pytest.raises(ChannelError, match="ops: it answered 404: so it is"):
            call("test", "ops")
    with pytest.raises(ChannelError, match="'pigeon' is no kind of channel"):
        call("add", "pigeon", "https://example.org")
    with pytest.raises(ChannelError, match="'sometimes' cannot be told"):
        call("add", "webhook", "https://example.org", "--on", "sometimes")
    call("remove", "ops")
    assert json.loads(call("list", "--json")) == []
