"""The only thing a worker does: `launch(run_id)`. Everything else on the queue is refused.

Whoever can write to Redis could name any function: RQ would import and call it, also with JSON.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

import redis
from rq.exceptions import NoSuchJobError
from rq.job import JOB_ID_PATTERN, Job, JobStatus, parse_job_id
from rq.serializers import JSONSerializer
from rq.utils import decode_redis_hash

from jobs.wire import keys
from jobs.working.attempt import run_attempt
from jobs.working.site import Site

LAUNCH = "jobs.job.launch"
CALL_BYTES = 4_096
KEPT_SECONDS = 60
RUN_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


OURS = re.compile(rb"[0-9A-HJKMNP-TV-Z]{26}_[0-9]{1,9}")
"""the name of a job of ours: run and attempt"""

MALFORMED = (ValueError, TypeError, KeyError, AttributeError, redis.ResponseError)
"""what RQ raises over hashes and lists that it did not write"""


class Unreadable(Exception):
    """An entry of the queue is no job to be done. The text says why; empty where that may be."""


class Refused(Exception):
    """A job that is not a launch of a run. The text says what is wrong with it."""


def launch(run_id: str) -> str:
    """Trains the run on this worker's device, as its next attempt. Says how it went."""
    return run_attempt(Site.from_environment(), run_id)


class SafeJob(Job):
    """A job of which only the id, the status and the run id are believed."""

    refusal = ""
    run_id = ""

    @classmethod
    def fetch(
        cls, id: str, connection: redis.Redis | None = None, serializer: Any = None
    ) -> SafeJob:
        """As RQ's; an id or a hash that cannot be one counts as missing, which RQ passes over."""
        if not JOB_ID_PATTERN.fullmatch(parse_job_id(id)):
            raise NoSuchJobError(f"{id!r} is no job id")
        try:
            job: SafeJob = super().fetch(id, connection, serializer)  # type: ignore[assignment]
        except redis.ResponseError as error:
            raise NoSuchJobError(f"job {id} is no hash: {error}") from error
        return job

    def restore(self, raw_data: Any) -> None:
        """Builds the job anew from its call: no callback, webhook, retry or date is taken over."""
        stored = decode_redis_hash(raw_data)
        try:
            self.run_id = read_call(stored.get("data", b""))
        except Refused as error:
            self.refusal = str(error)
        super().restore(
            {
                b"data": json.dumps([LAUNCH, None, [self.run_id], {}]).encode(),
                b"origin": keys.QUEUE.encode(),
                b"description": f"run {self.run_id}".encode(),
                b"status": _status(stored.get("status", b"")),
                b"timeout": b"-1",
                b"result_ttl": str(KEPT_SECONDS).encode(),
                b"failure_ttl": str(KEPT_SECONDS).encode(),
            }
        )

    def _execute(self) -> str:
        """Calls `launch` and nothing else; no name from Redis is ever imported."""
        if self.refusal:
            raise Refused(f"Refused job {self.id}: {self.refusal}")
        return launch(self.run_id)


def read_call(data: bytes) -> str:
    """The run id of a stored call, plain or compressed. Raises Refused for anything else."""
    try:
        call = json.loads(_decompress(data))
    except (ValueError, RecursionError) as error:
        raise Refused("its call is not JSON") from error
    if not (isinstance(call, list) and len(call) == 4 and call[0] == LAUNCH):
        raise Refused(f"it does not call {LAUNCH}")
    instance, arguments, named = call[1:]
    if instance is not None or named or not isinstance(arguments, list) or len(arguments) != 1:
        raise Refused(f"{LAUNCH} takes a run id and nothing else")
    if not (isinstance(arguments[0], str) and RUN_ID.fullmatch(arguments[0])):
        raise Refused("its argument is no run id")
    return arguments[0]


def _decompress(data: bytes) -> bytes:
    """At most 4 kB, so that a small job cannot unfold into gigabytes."""
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(data, CALL_BYTES)
    except zlib.error:
        content = data
    else:
        if unpacker.unconsumed_tail:
            raise Refused("its call is too long")
    if len(content) > CALL_BYTES:
        raise Refused("its call is too long")
    return content


def _status(text: bytes) -> bytes:
    known = {status.value.encode() for status in JobStatus}
    return text if text in known else JobStatus.QUEUED.value.encode()


def fetch(client: redis.Redis, name: bytes) -> SafeJob:
    """The job of that name. Raises Unreadable, and redis.ConnectionError."""
    try:
        job = SafeJob.fetch(name.decode(), client, JSONSerializer)
    except NoSuchJobError:
        # One of ours that was cancelled at this very moment is nobody's fault.
        reason = "" if OURS.fullmatch(name) else "There is no such job."
        raise Unreadable(reason) from None
    except UnicodeDecodeError:
        raise Unreadable("It is no text.") from None
    except MALFORMED as error:
        raise Unreadable(f"Its job cannot be read: {error}.") from error
    if job.refusal:
        raise Unreadable(f"Refused: {job.refusal}.")
    return job
