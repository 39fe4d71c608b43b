"""Events as they stand in the journal and on a run's stream: msgpack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgpack

from engine.spec import Spec
from jobs.wire.journal import Entry


def packed(event: Spec) -> bytes:
    """msgpack of what `event.to_dict()` is; going through pydantic took twice the time."""
    body: bytes = msgpack.packb(event.__dict__, default=lambda part: part.__dict__)
    return body


def pack(entries: list[Entry]) -> bytes:
    """One stream entry's `e`: msgpack of `[[seq, event], ...]`."""
    packer = msgpack.Packer()
    # The bodies are msgpack already: they are joined, not packed again.
    parts = [packer.pack_array_header(len(entries))]
    for entry in entries:
        parts += [packer.pack_array_header(2), packer.pack(entry.seq), entry.body]
    return b"".join(parts)


def unpack(fields: Mapping[Any, bytes]) -> list[tuple[int, dict[str, Any]]]:
    """The events of one stream entry: seq and dict. `fields` has bytes or text as keys."""
    body = fields[b"e"] if b"e" in fields else fields["e"]
    return [(seq, event) for seq, event in msgpack.unpackb(body)]
