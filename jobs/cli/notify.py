"""`notify`: channels that tell people of runs: add, list, test, remove."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
import time
from typing import Annotated, get_args

import typer

from jobs.cli import text
from jobs.cli.look import JsonOption
from jobs.history.notices import Notice
from jobs.notify import channels as services
from jobs.notify import outbox
from jobs.notify.channels import TOPICS, USUAL, Channel, ChannelError, Kind
from jobs.notify.courier import deliver
from jobs.notify.letter import Letter, Subject
from jobs.notify.post import Undelivered
from jobs.yard import Yard

PASSWORD = "TRAINYARD_SMTP_PASSWORD"
SECRET = "TRAINYARD_NOTIFY_SECRET"

NameArgument = Annotated[str, typer.Argument(help="Name of a channel; `notify list` has them.")]


def build() -> typer.Typer:
    """The group of commands."""
    app = typer.Typer(help="Tell people of alerts and ends by webhook or e-mail.")
    app.command(name="add")(add)
    app.command(name="list")(list_channels)
    app.command(name="test")(test)
    app.command(name="remove")(remove)
    return app


def add(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(get_args(Kind))}.")],
    address: Annotated[str, typer.Argument(help="The webhook's URL, or an e-mail address.")],
    name: Annotated[str, typer.Option(help="How the channel is called; else its kind.")] = "",
    on: Annotated[
        str, typer.Option(help=f"What to tell, of: {', '.join(TOPICS)} (alerts by level, ends).")
    ] = ",".join(USUAL),
    server: Annotated[
        str, typer.Option(help="Of e-mail: smtps://user@host:465 or smtp://user@host:587.")
    ] = "",
    sender: Annotated[str, typer.Option("--from", help="Of e-mail: the sender's address.")] = "",
) -> None:
    """Add a channel. Passwords are asked for or read from the environment, never from the line.

    A webhook is signed with TRAINYARD_NOTIFY_SECRET, or with a secret that is made and shown once.
    """
    yard = Yard.open()
    channel = _channel(kind, address, name or kind, on)
    change = {}
    if kind == "email":
        change = {"server": server, "sender": sender or address, "password": _password(server)}
    elif kind == "webhook":
        change = {"secret": os.environ.get(SECRET) or secrets.token_urlsafe(24)}
    services.add(yard.home, channel.model_copy(update=change))
    text.write(f"{channel.name}  {', '.join(channel.topics)}")
    if kind == "webhook" and SECRET not in os.environ:
        text.write(f"its bodies are signed with {change['secret']}")
    text.note(f"try it with `./trainyard notify test {channel.name}`.")


def list_channels(as_json: JsonOption = False) -> None:
    """List the channels, what they tell, and what is on its way. Secrets are not shown."""
    yard = Yard.open()
    found = services.channels(yard.home)
    with yard.history.reading() as connection:
        states = outbox.states(connection, [each.name for each in found])
    if as_json:
        text.write_json([_as_dict(each, states[each.name]) for each in found])
        return
    if not found:
        text.note("no channels. `./trainyard notify add webhook https://...` adds one.")
    for each in found:
        state = states[each.name]
        numbers = f"{state.sent:,} sent, {state.waiting:,} waiting, {state.failed:,} given up"
        text.write(f"{each.name}  {each.kind}  {each.place}  [{', '.join(each.topics)}]  {numbers}")
        if state.error:
            text.write(f"  last trouble: {text.printable(state.error)}")


def test(name: NameArgument) -> None:
    """Send a message at once, to see whether it arrives."""
    yard = Yard.open()
    channel = services.find(yard.home, name)
    try:
        deliver(channel, _example(channel))
    except Undelivered as error:
        raise ChannelError(f"{channel.name}: {error}.") from error
    text.write(f"{channel.name} took it.")


def remove(name: NameArgument) -> None:
    """Remove a channel; what waits for it is not sent."""
    services.remove(Yard.open().home, name)
    text.write(f"{name} is removed.")


def _channel(kind: str, address: str, name: str, on: str) -> Channel:
    if kind not in get_args(Kind):
        raise ChannelError(
            f"{kind!r} is no kind of channel; there are {', '.join(get_args(Kind))}."
        )
    topics = [each.strip() for each in on.split(",") if each.strip()]
    for each in topics:
        if each not in TOPICS:
            raise ChannelError(f"{each!r} cannot be told; there are {', '.join(TOPICS)}.")
    return Channel.model_validate(
        {"name": name, "kind": kind, "address": address, "topics": topics}
    )


def _password(server: str) -> str:
    if "@" not in server:
        return ""
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if sys.stdin.isatty():
        return getpass.getpass(f"Password for {server}: ")
    raise ChannelError(f"Put the password for {server} into {PASSWORD}.")


def _as_dict(channel: Channel, state: outbox.State) -> dict[str, object]:
    return {
        "name": channel.name,
        "kind": channel.kind,
        "place": channel.place,
        "topics": channel.topics,
        "signed": bool(channel.secret),
        **vars(state),
    }


def _example(channel: Channel) -> Letter:
    """A run that never was."""
    now = time.time()
    run = Subject("0" * 26, "A test of this channel", "running", 1)
    message = "this is how Trainyard tells of an alert; nothing is wrong"
    notice = Notice(run.id, "test", "alert", "warning", 1, now, message, code="test")
    return Letter(channel.name, run, (notice,))
