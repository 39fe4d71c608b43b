"""Which store: the address in `TRAINYARD_STORE`, and what may be wrong with it."""

from __future__ import annotations

import os
from importlib.metadata import version
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

from engine.shared import STORE

PACKAGES = {
    "file": "",
    "s3": "s3fs",
    "gs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "sftp": "paramiko",
    "smb": "smbprotocol",
}
"""what may be before `://`, and the package that speaks it; none is installed with Trainyard"""

OF_FSSPEC = ("s3fs",)
"""which come with each version of fsspec, and need that one"""

REAL_FOLDERS = frozenset({"file", "sftp", "smb"})
"""where a file needs its folder first"""


class StoreUnusable(Exception):
    """The address cannot be that of a store. The text says what to write or install."""


def address() -> str | None:
    """`TRAINYARD_STORE` where it is an address; None where it is unset or a folder to work in.

    Raises StoreUnusable.
    """
    given = os.environ.get(STORE, "")
    if "://" not in given:
        return None
    check(given)
    return given


def check(url: str) -> None:
    """Raises StoreUnusable unless it can be the address of a store on this machine."""
    scheme, _, rest = url.partition("://")
    if scheme == "memory":
        raise StoreUnusable(
            f"{STORE} is {shown(url)}: that is the memory of one process, which no other process "
            "or machine would see. For a trial name a folder: file:///tmp/store."
        )
    if scheme not in PACKAGES:
        allowed = ", ".join(f"{each}://" for each in PACKAGES)
        raise StoreUnusable(
            f"{STORE} is {shown(url)}: {scheme}:// is no store that machines can share. "
            f"Use one of {allowed}, or a folder that all machines have."
        )
    if scheme == "file" and not rest.startswith("/"):
        raise StoreUnusable(
            f"{STORE} is {shown(url)}: write the whole path after three slashes, "
            "e.g. file:///shared/trainyard."
        )
    if not rest.strip("/"):
        raise StoreUnusable(f"{STORE} is {shown(url)}: name a bucket or a folder after it.")
    package = PACKAGES[scheme]
    if package and find_spec(package) is None:
        exactly = f"=={version('fsspec')}" if package in OF_FSSPEC else ""
        raise StoreUnusable(
            f"{STORE} is {shown(url)}, and the package that speaks {scheme}:// is not installed. "
            f"Run `.venv/bin/pip install {package}{exactly}` on every machine."
        )


def shown(url: str) -> str:
    """The address without what is secret in it: for pages and logs."""
    scheme, _, rest = url.partition("://")
    place = rest.partition("?")[0]
    host, slash, path = place.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def secrets(url: str) -> list[str]:
    """Texts that must never be told."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    password = user.partition(":")[2]
    return [each for each in {password, unquote(password), user, parts.query} if each]
