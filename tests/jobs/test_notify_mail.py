"""Notifications by e-mail, at a real server."""

from __future__ import annotations

from email import message_from_string
from email.policy import default

import pytest

from jobs.notify.channels import Channel
from tests.jobs.desk import START, Desk, alert
from tests.jobs.receivers import Post, taking_mail
from tests.jobs.saved import save_row


@pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
def test_mail_arrives_and_a_name_becomes_no_header(desk: Desk) -> None:
    with taking_mail(Post()) as post:
        channel = Channel(
            name="mail",
            kind="email",
            address="me@example.org",
            sender="yard@example.org",
            server=f"smtp+plain://127.0.0.1:{post.port}",
            created=START,
        )
        desk.add(channel)
        desk.say(save_row(desk.yard, "Käse\r\nBcc: all@example.org"), alert(812))
        assert desk.courier.round() == 1
    (letter,) = post.letters
    found = message_from_string(letter, policy=default)
    assert found["Subject"] == "Käse Bcc: all@example.org: loss spike at step 812"
    assert found["To"] == "me@example.org"
    assert found["Bcc"] is None
    assert found["Message-ID"].endswith("@trainyard.invalid>")
    assert "At 812." in found.get_content()


@pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
def test_a_mail_server_that_refuses_or_has_no_tls_says_so(desk: Desk) -> None:
    with taking_mail(Post("550 no such person")) as post:
        mail = {
            "kind": "email",
            "address": "me@example.org",
            "sender": "yard@example.org",
            "created": START,
        }
        for name, scheme in (("plain", "smtp+plain"), ("open", "smtp")):
            server = f"{scheme}://127.0.0.1:{post.port}"
            desk.add(Channel.model_validate({**mail, "name": name, "server": server}))
        desk.say(save_row(desk.yard), alert(5))
        assert desk.courier.round() == 0
    assert desk.state("plain").error == "the server answered 550: no such person"
    assert "STARTTLS" in desk.state("open").error
