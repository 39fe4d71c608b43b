"""Sends a letter as an e-mail, with TLS."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from urllib.parse import unquote, urlsplit

from jobs.notify.channels import Channel
from jobs.notify.letter import Letter, one_line
from jobs.notify.post import SECONDS, Undelivered

PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


def mail(channel: Channel, letter: Letter, seconds: float = SECONDS) -> None:
    """Raises Undelivered."""
    parts = urlsplit(channel.server)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    secure = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=seconds, context=secure)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=seconds)
        ) as server:
            if parts.scheme == "smtp":
                # Raises where the server offers none: no password goes over an open line.
                server.starttls(context=secure)
            if parts.username:
                server.login(unquote(parts.username), channel.password)
            server.send_message(message(channel, letter))
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise Undelivered(
            f"the server answered {error.smtp_code}: {one_line(text)[:200]}"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Undelivered(f"no delivery ({one_line(str(error))[:200]})") from error


def message(channel: Channel, letter: Letter) -> EmailMessage:
    """Plain text; the same Message-ID for every try."""
    found = EmailMessage()
    found["Subject"] = letter.title
    found["From"] = channel.sender
    found["To"] = channel.address
    found["Date"] = format_datetime(localtime())
    found["Message-ID"] = f"<{letter.id}@trainyard.invalid>"
    found["Auto-Submitted"] = "auto-generated"
    link = f"\n\n{letter.link}" if letter.link else ""
    found.set_content(f"{letter.text}{link}\n\n-- \nTrainyard, run {letter.run.id}\n")
    return found
