"""The Data page: a file that lies on another machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import services
from jobs.data_sets.incoming import Incoming
from jobs.yard import Yard
from tests.dashboard.paging import fresh_services, open_page, settled, texts
from tests.jobs.far import CERTIFICATE, Far, far_host

SECONDS = 60.0


@pytest.fixture(autouse=True)
def opened(yard: Yard) -> Iterator[Yard]:
    with fresh_services():
        yield yard


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    with far_host() as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        monkeypatch.setenv("TRAINYARD_FETCH_PRIVATE", "localhost")
        found.files["/people.csv"] = b"a,b\n1,x\n2,y\n"
        yield found


def _fetched(address: str) -> AppTest:
    """The page after the address was typed and Fetch pressed, when that is over."""
    page = open_page("data")
    page.text_input(key="address").set_value(address)
    (press,) = [each for each in page.button if each.label == "Fetch"]
    page = press.click().run()
    for look in list(services.attendants()._looks.values()):
        assert look.wait(SECONDS), "nothing came"
    return settled(page.run())


def test_where_fetching_is_off_nothing_is_asked() -> None:
    assert [each.key for each in open_page("data").text_input] == []


def test_an_address_is_fetched_and_looked_at(opened: Yard, far: Far) -> None:
    _fetched(f"{far.url}/people.csv")
    (folder,) = opened.home.data.glob(".upload-*")
    upload = Incoming(opened.home.data).find(folder.name.removeprefix(".upload-"))
    assert upload is not None
    assert upload.name == "people.csv"
    assert services.attendants()._looks == {} or all(
        "people.csv" in order for order in services.attendants()._looks
    )


def test_what_cannot_be_fetched_is_said_on_the_page(opened: Yard, far: Far) -> None:
    shown = texts(_fetched(f"{far.url}/gone.csv"))
    assert "Nothing was fetched" in shown
    assert "nothing is there" in shown
    assert "allowed are localhost" in texts(_fetched("https://127.0.0.1/x"))
    assert list(opened.home.data.glob(".upload-*")) == []
