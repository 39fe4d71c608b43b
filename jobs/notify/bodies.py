"""A letter as the JSON that each kind of receiver wants. Names of people become no markup there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from jobs.history.notices import Notice
from jobs.notify.channels import Channel, Kind
from jobs.notify.letter import SHOWN, Letter

VERSION = 1
"""of the schema of `webhook`: fields may be added to it, none is removed or changes its meaning"""

COLOURS = {"info": 0x4477AA, "warning": 0xD9822B, "error": 0xD1495B}
SIGNS = {"info": "✅", "warning": "⚠️", "error": "🛑"}
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>:@&])")

Json = dict[str, Any]


def body(channel: Channel, letter: Letter) -> tuple[str, Json]:
    """The URL to post to, and what."""
    address = channel.address
    if channel.kind == "ntfy":
        parts = urlsplit(address)
        path, _, topic = parts.path.rstrip("/").rpartition("/")
        return urlunsplit((parts.scheme, parts.netloc, path + "/", "", "")), {
            "topic": topic,
            **_ntfy(letter),
        }
    return address, _BODIES[channel.kind](letter)


def _webhook(letter: Letter) -> Json:
    run, first = letter.run, letter.first
    return {
        "version": VERSION,
        "id": letter.id,
        "event": first.event,
        "level": letter.level,
        "title": letter.title,
        "message": letter.text,
        "step": first.step,
        "code": first.code,
        "time": _moment(first),
        "run": {
            "id": run.id,
            "name": run.name,
            "status": run.status,
            "step": run.step,
            "url": letter.link,
        },
        "count": len(letter.notices),
        "notices": [
            {
                "event": each.event,
                "level": each.level,
                "code": each.code,
                "step": each.step,
                "time": _moment(each),
                "message": each.message,
            }
            for each in letter.notices[:SHOWN]
        ],
    }


def _slack(letter: Letter) -> Json:
    link = f"\n<{letter.link}|Open the run>" if letter.link else ""
    text = f"{SIGNS[letter.level]} *{_slack_text(letter.title)}*\n{_slack_text(letter.text)}{link}"
    return {"text": text, "unfurl_links": False}


def _discord(letter: Letter) -> Json:
    embed = {
        "title": _plain(letter.title)[:256],
        "description": _plain(letter.text)[:4000],
        "color": COLOURS[letter.level],
        "timestamp": _moment(letter.first),
    }
    if letter.link:
        embed["url"] = letter.link
    # Nobody is called by a run that is named "@everyone".
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _teams(letter: Letter) -> Json:
    colour = {"info": "Good", "warning": "Warning", "error": "Attention"}[letter.level]
    title = {"type": "TextBlock", "size": "Medium", "weight": "Bolder", "color": colour}
    card: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {**title, "wrap": True, "text": _plain(letter.title)},
            {"type": "TextBlock", "wrap": True, "text": _plain(letter.text)},
        ],
    }
    if letter.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the run", "url": letter.link}]
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [content]}


def _ntfy(letter: Letter) -> Json:
    priority = {"info": 3, "warning": 4, "error": 5}[letter.level]
    found = {"title": letter.title, "message": letter.text, "priority": priority}
    return {**found, "click": letter.link} if letter.link else found


_BODIES: dict[Kind, Callable[[Letter], Json]] = {
    "webhook": _webhook,
    "slack": _slack,
    "discord": _discord,
    "teams": _teams,
}


def _moment(notice: Notice) -> str:
    return datetime.fromtimestamp(notice.time, UTC).isoformat(timespec="seconds")


def _slack_text(text: str) -> str:
    """Slack asks for these three; marks are broken by a space of no width."""
    for letter, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(letter, name)
    return re.sub(r"([*_~`])", "\u200b\\1\u200b", text)


def _plain(text: str) -> str:
    """Escaped for Markdown."""
    return _MARKS.sub(r"\\\1", text)
