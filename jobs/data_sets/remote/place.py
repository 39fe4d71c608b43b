"""Where something lies, as people write it: an https address, or `hf://owner/name[/file]`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from jobs.data_sets.remote.trouble import NotFetched

HUB = "https://huggingface.co"
ENDPOINT = "HF_ENDPOINT"
"""names another hub, e.g. a mirror, as in Hugging Face's own programs"""
_HUB_HOST = HUB.removeprefix("https://")
_EXAMPLE = "Write https://host/file.csv, or hf://owner/name for a data set of Hugging Face."


@dataclass(frozen=True)
class Place:
    """An https address, in parts."""

    host: str
    port: int
    target: str
    """path and query, percent-encoded"""

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return unquote(self.target.partition("?")[0].rsplit("/", 1)[-1])

    def __str__(self) -> str:
        port = "" if self.port == 443 else f":{self.port}"
        return f"https://{self.host}{port}{self.target}"


@dataclass(frozen=True)
class OfHub:
    """A data set of the hub, and the file in it; empty: the only table it has."""

    name: str
    file: str = ""

    @property
    def listing(self) -> Place:
        """Where the hub says which files there are."""
        return hub(f"/api/datasets/{quote(self.name)}/tree/main?recursive=true")

    def at(self, file: str) -> Place:
        """Where a file of it is."""
        return hub(f"/datasets/{quote(self.name)}/resolve/main/{quote(file)}")


def hub(target: str = "/") -> Place:
    """A place on the hub. Raises NotFetched where `HF_ENDPOINT` is no https address."""
    found = parse(os.environ.get(ENDPOINT, HUB))
    if isinstance(found, OfHub):
        raise NotFetched(f"{ENDPOINT} must be an https address, such as {HUB}.")
    return Place(found.host, found.port, found.target.rstrip("/") + target)


def is_elsewhere(text: str) -> bool:
    """Whether this names something on another machine, and not a file here."""
    return text.partition("://")[0].lower() in ("https", "http", "hf", "ftp") and "://" in text


def parse(text: str) -> Place | OfHub:
    """Raises NotFetched for what is neither."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        port = parts.port or 443
    except ValueError as error:
        raise NotFetched(f"{text!r} is no address ({error}). {_EXAMPLE}") from error
    if parts.scheme == "hf":
        return _of_hub(f"{parts.netloc}{parts.path}", text)
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or not host:
        raise NotFetched(f"{text!r} is no https address. {_EXAMPLE}")
    if parts.username or parts.password:
        raise NotFetched("An address with a password in it is not fetched: it would be logged.")
    if host == _HUB_HOST and parts.path.startswith("/datasets/") and "/resolve/" not in parts.path:
        return _of_hub(parts.path.removeprefix("/datasets/").partition("/tree/")[0], text)
    path = quote(parts.path or "/", safe="/:@!$&'()*+,;=~%")
    return Place(host, port, path + (f"?{parts.query}" if parts.query else ""))


def _of_hub(path: str, text: str) -> OfHub:
    parts = [part for part in path.split("/") if part]
    if len(parts) < 2 or ".." in parts:
        raise NotFetched(
            f"{text!r} names no data set of Hugging Face. Write hf://owner/name, or "
            "hf://owner/name/folder/file.csv for one of its files."
        )
    return OfHub("/".join(parts[:2]), "/".join(parts[2:]))
