"""The login token (`Home.token`, mode 0600) and the keys made from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from jobs.home import Home

TOKEN_BYTES = 32


def read_token(home: Home) -> str:
    """The token; made at the first call, readable by its owner only. Two starters agree on one."""
    try:
        handle = os.open(home.create().token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _existing(home)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(TOKEN_BYTES))
    return _existing(home)


def _existing(home: Home) -> str:
    token = home.token.read_text().strip()
    if len(token) < TOKEN_BYTES:
        raise ValueError(
            f"The login token in {home.token} is shorter than {TOKEN_BYTES} characters. "
            "Remove the file; the next start makes a new one."
        )
    return token


def same(given: str, token: str) -> bool:
    """Compares in constant time, so that the answer's speed tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())


def _key(token: str, use: str) -> bytes:
    """A key for one use. A new token makes every cookie and every ticket worthless."""
    return hmac.new(token.encode(), f"trainyard {use}".encode(), hashlib.sha256).digest()


def sign_cookie(token: str) -> str:
    """The value of the login cookie: a signed time of issue."""
    return TimestampSigner(_key(token, "cookie")).sign(secrets.token_urlsafe(9)).decode()


def valid_cookie(value: str, token: str, max_age_seconds: int) -> bool:
    """Whether `sign_cookie` made this value with this token not too long ago."""
    try:
        TimestampSigner(_key(token, "cookie")).unsign(value, max_age=max_age_seconds)
    except BadData:
        return False
    return True


def sign_ticket(token: str, scope: list[str]) -> str:
    """A short-lived right to watch `scope`: run ids, `machines`, `changes`."""
    return str(URLSafeTimedSerializer(_key(token, "live")).dumps(scope))


def read_ticket(ticket: str, token: str, max_age_seconds: int) -> list[str]:
    """What a ticket allows; nothing when it is forged or too old."""
    try:
        scope = URLSafeTimedSerializer(_key(token, "live")).loads(ticket, max_age=max_age_seconds)
    except BadData:
        return []
    return [str(name) for name in scope] if isinstance(scope, list) else []
