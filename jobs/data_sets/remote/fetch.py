"""The fetching: https only, each redirect checked anew, straight to the disk."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from urllib.parse import urljoin

import urllib3

from jobs.data_sets.data_set import refusal
from jobs.data_sets.incoming import Incoming
from jobs.data_sets.remote.allowed import Allowed
from jobs.data_sets.remote.hub import MOST_LISTING_BYTES, only_file
from jobs.data_sets.remote.place import OfHub, Place, hub, parse
from jobs.data_sets.remote.trouble import NotFetched

MOST_REDIRECTS = 5
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0
BLOCK_BYTES = 1 << 20
UNKNOWN_BYTES = 1 << 30
"""assumed of a file whose length nobody says, until it is longer"""

Progress = Callable[[float], None]


def fetch(text: str, incoming: Incoming, allowed: Allowed, progress: Progress) -> str:
    """Fetches what `text` names; the id of the upload.

    Raises NotFetched, and NotStored where the disk has no room.
    """
    place = parse(text)
    if isinstance(place, OfHub):
        allowed.check(hub().host)
        file = place.file
        if not file:
            file = only_file(place, _small(place.listing, allowed))
        place = place.at(file)
    allowed.check(place.host)
    with _answered(place, allowed) as (answer, found):
        return _received(answer, _name(answer, place, found), incoming, progress)


def _received(
    answer: urllib3.BaseHTTPResponse, name: str, incoming: Incoming, progress: Progress
) -> str:
    said = answer.headers.get("content-length", "")
    length = int(said) if said.isdecimal() else None
    done, most = 0, UNKNOWN_BYTES if length is None else length
    try:
        with incoming.receiving(name, most) as (upload_id, file):
            for block in answer.stream(BLOCK_BYTES):
                done += len(block)
                if length is None and done > most:
                    most *= 2
                    incoming.check_room(most)
                file.write(block)
                progress(min(done / most, 1.0))
            if length is not None and done != length:
                raise NotFetched(
                    f"{name} came only in part, {done:,} of {length:,} bytes. Try again."
                )
    except urllib3.exceptions.HTTPError as error:
        raise NotFetched(f"{name} came only in part ({error}). Try again.") from error
    except OSError as error:
        raise refusal(f"{name} cannot be stored", error) from error
    return upload_id


def _small(place: Place, allowed: Allowed) -> bytes:
    """What is there, if it is as short as a list of files."""
    try:
        with _answered(place, allowed) as (answer, _):
            content: bytes = answer.read(MOST_LISTING_BYTES)
            return content
    except urllib3.exceptions.HTTPError as error:
        raise NotFetched(f"{place.host} broke off ({error}). Try again.") from error


@contextmanager
def _answered(place: Place, allowed: Allowed) -> Iterator[tuple[urllib3.BaseHTTPResponse, Place]]:
    """The answer of the place, or of the one it sends us to. Raises NotFetched."""
    for _ in range(MOST_REDIRECTS + 1):
        with _asked(place, allowed) as answer:
            target = answer.get_redirect_location()
            if not target:
                _check_status(answer, place)
                yield answer, place
                return
        found = parse(urljoin(str(place), target))
        if isinstance(found, OfHub):
            break
        place = found
    raise NotFetched(f"{place} sends from one address to the next without an end.")


@contextmanager
def _asked(place: Place, allowed: Allowed) -> Iterator[urllib3.BaseHTTPResponse]:
    """One request, to the very address that was checked."""
    pool = urllib3.HTTPSConnectionPool(
        allowed.address(place.host, place.port),
        place.port,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=SILENCE_SECONDS),
        retries=False,
        assert_hostname=place.host,
        server_hostname=place.host,
        ssl_context=ssl.create_default_context(),
    )
    try:
        answer = pool.request(
            "GET", place.target, headers=_headers(place), redirect=False, preload_content=False
        )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        pool.close()
        raise NotFetched(f"{place.host} does not answer as it should ({error}).") from error
    try:
        yield answer
    finally:
        answer.close()
        pool.close()


def _headers(place: Place) -> dict[str, str]:
    port = "" if place.port == 443 else f":{place.port}"
    headers = {
        "host": f"{place.host}{port}",
        "accept-encoding": "identity",
        "user-agent": "trainyard",
    }
    token = os.environ.get("HF_TOKEN")
    if token and place.host == hub().host:
        headers["authorization"] = f"Bearer {token}"
    return headers


def _check_status(answer: urllib3.BaseHTTPResponse, place: Place) -> None:
    if answer.status == 200:
        return
    why = {
        401: "it asks for a login. For Hugging Face, the owner may set HF_TOKEN",
        403: "it is not for everybody. For Hugging Face, the owner may set HF_TOKEN",
        404: "nothing is there. Is the address right?",
        429: "it was asked too often. Try again later",
    }.get(answer.status, "try again later, or download the file and add it")
    raise NotFetched(f"{place} answers {answer.status}: {why.rstrip('.')}.".replace("?.", "?"))


def _name(answer: urllib3.BaseHTTPResponse, asked: Place, found: Place) -> str:
    """What the server calls it, or else the address that looks like a file."""
    message = Message()
    message["content-disposition"] = answer.headers.get("content-disposition", "")
    names = [message.get_filename() or "", asked.file_name, found.file_name]
    return next((name for name in names if "." in name), next(filter(None, names), asked.host))
