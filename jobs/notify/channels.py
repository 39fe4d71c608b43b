"""The channels of this Trainyard, in one private file of its folder: `notify.json`."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from engine.saving.durable import write_durably
from engine.spec import Spec
from jobs.home import Home

Kind = Literal["webhook", "slack", "discord", "teams", "ntfy", "email"]
Topic = Literal["error", "warning", "finished", "failed", "stopped", "crashed", "lost", "waiting"]
"""`error` and `warning` are alerts of that level, the others what became of a run"""

TOPICS: tuple[Topic, ...] = get_args(Topic)
USUAL: tuple[Topic, ...] = ("error", "warning", "finished", "failed", "lost", "waiting")

FILE = "notify.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
PLAIN_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
"""where a password may travel without TLS: it does not leave the machine"""


class ChannelError(ValueError):
    """A channel cannot be as it was given. The text says why, and what to do."""


class Channel(Spec):
    """Where notices go, and which."""

    name: str
    kind: Kind
    address: str
    """of a webhook its URL, of `email` where to; both are as secret as a password"""
    topics: list[Topic] = list(USUAL)
    secret: str = ""
    """signs the bodies of a webhook"""
    server: str = ""
    """of `email`: `smtps://user@host:465`, or `smtp://user@host:587`, which must offer STARTTLS"""
    password: str = ""
    sender: str = ""
    """of `email`: the address it comes from"""
    created: float = Field(default_factory=time.time)
    """unix seconds: what happened before is not told"""

    @property
    def place(self) -> str:
        """Where it leads, without what is secret of it."""
        if self.kind == "email":
            return f"{self.address} by {urlsplit(self.server).hostname}"
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}/…"


class _File(Spec):
    channels: list[Channel] = []


def channels(home: Home) -> list[Channel]:
    """All of them, in the order of being added. Raises ChannelError when the file is damaged."""
    path = home.root / FILE
    try:
        return _File.model_validate_json(path.read_bytes()).channels
    except FileNotFoundError:
        return []
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ChannelError(
            f"{path} cannot be read (at {where or 'its beginning'}). Repair it, or remove it and "
            "add the channels again with `./trainyard notify add`."
        ) from error


def add(home: Home, channel: Channel) -> None:
    """Raises ChannelError when it cannot work, or when the name is taken."""
    check(channel)
    there = channels(home)
    if any(each.name == channel.name for each in there):
        raise ChannelError(
            f"There is a channel {channel.name} already. Remove it first (`./trainyard notify "
            f"remove {channel.name}`) or choose another --name."
        )
    _write(home, [*there, channel])


def find(home: Home, name: str) -> Channel:
    """Raises ChannelError."""
    there = channels(home)
    for each in there:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in there) or "none"
    raise ChannelError(f"There is no channel {name!r}; there are: {names}.")


def remove(home: Home, name: str) -> None:
    """Raises ChannelError."""
    gone = find(home, name)
    _write(home, [each for each in channels(home) if each.name != gone.name])


def check(channel: Channel) -> None:
    """Raises ChannelError with a sentence about the first thing that cannot be."""
    if not NAME.fullmatch(channel.name):
        raise ChannelError(
            f"{channel.name!r} is no name for a channel: letters, digits, '-', '_' and '.', at "
            "most 40 of them."
        )
    if not channel.topics:
        raise ChannelError(f"Choose something to tell: {', '.join(TOPICS)}.")
    if channel.kind == "email":
        _check_mail(channel)
    else:
        _check_url(channel)


def _check_url(channel: Channel) -> None:
    try:
        parts = urlsplit(channel.address)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or any(letter.isspace() for letter in channel.address):
        raise ChannelError("The address must be a URL, e.g. https://example.org/hook.")
    if parts.username or parts.password:
        raise ChannelError("Name and password in a URL end up in logs; use the --secret instead.")
    if channel.kind == "ntfy" and len(parts.path.strip("/").split("/")[-1]) == 0:
        raise ChannelError("The address of ntfy ends with the topic, e.g. https://ntfy.sh/my-runs.")


def _check_mail(channel: Channel) -> None:
    for address in (channel.address, channel.sender):
        name, sign, host = address.partition("@")
        plain = address.isascii() and address.isprintable() and not set(address) & set(" ,;<>\"'")
        if not (name and sign and host and plain and "@" not in host):
            raise ChannelError(f"{address!r} is no e-mail address, e.g. me@example.org.")
    try:
        parts = urlsplit(channel.server)
        fits = parts.scheme in ("smtp", "smtps", "smtp+plain") and bool(parts.hostname)
        fits = fits and parts.port != 0 and parts.path in ("", "/")
    except ValueError:
        fits = False
    if not fits:
        raise ChannelError(
            "The server must be smtps://user@host:465, or smtp://user@host:587 for STARTTLS."
        )
    if parts.password:
        raise ChannelError(
            "Leave the password out of the server's address; it is asked for, or read from "
            "TRAINYARD_SMTP_PASSWORD."
        )
    if parts.scheme == "smtp+plain" and parts.hostname not in PLAIN_HOSTS:
        raise ChannelError("smtp+plain has no TLS; it is for a server on this machine only.")


def _write(home: Home, there: list[Channel]) -> None:
    content = _File(channels=there).model_dump_json(indent=2).encode()
    path: Path = home.create().root
    write_durably(path, FILE, content)
    (path / FILE).chmod(0o600)
