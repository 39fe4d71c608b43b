"""Sends a body to a webhook, once. The owner named the address; no redirect is followed from it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import urllib3

from jobs.notify.bodies import body
from jobs.notify.channels import Channel
from jobs.notify.letter import Letter

SECONDS = 10.0
"""for each of: to connect, to hear anything"""

UNFIT = frozenset({400, 413, 422})
"""statuses that speak of the message and not of the receiver"""

SHOWN_LETTERS = 200
"""of an answer, in the reason why it was refused"""


class Undelivered(Exception):
    """It did not arrive, as far as we know. The text says why.

    `wait`: seconds that the receiver asks for. `alone`: it refused this message and may well take
    the next one.
    """

    def __init__(self, reason: str, wait: float = 0.0, *, alone: bool = False) -> None:
        super().__init__(reason)
        self.wait, self.alone = wait, alone


def post(channel: Channel, letter: Letter, seconds: float = SECONDS) -> None:
    """Raises Undelivered."""
    url, content = body(channel, letter)
    sent = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Trainyard",
        "Idempotency-Key": letter.id,
        "X-Trainyard-Event": letter.first.event,
        "X-Trainyard-Id": letter.id,
    }
    if channel.secret:
        headers["X-Trainyard-Signature"] = signature(channel.secret, sent, int(time.time()))
    timeout = urllib3.Timeout(connect=seconds, read=seconds)
    try:
        with urllib3.PoolManager(retries=False, timeout=timeout, num_pools=1) as pool:
            answer = pool.request(
                "POST", url, body=sent, headers=headers, redirect=False, preload_content=False
            )
            reason = answer.read(SHOWN_LETTERS).decode(errors="replace")
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        # The address is secret and may stand in the error.
        raise Undelivered(f"no answer ({type(error).__name__})") from error
    if not 200 <= answer.status < 300:
        alone = answer.status in UNFIT
        raise Undelivered(_refusal(answer, reason), _asked_to_wait(answer), alone=alone)


def signature(secret: str, sent: bytes, now: int) -> str:
    """`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>`; an old one can be refused."""
    signed = f"{now}.".encode() + sent
    return f"t={now},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def _refusal(answer: Any, reason: str) -> str:
    if 300 <= answer.status < 400:
        return (
            f"it answered {answer.status}, a redirect, and none is followed: give the new address"
        )
    text = " ".join("".join(each if each.isprintable() else " " for each in reason).split())
    return f"it answered {answer.status}{f': {text}' if text else ''}"


def _asked_to_wait(answer: Any) -> float:
    text = answer.headers.get("Retry-After", "")
    return min(3_600.0, float(text)) if text.isdigit() else 0.0
