"""Behind a reverse proxy under a prefix: log in, see points arrive, upload a file."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.writer import Writer, save
from jobs.home import Home
from jobs.yard import Yard
from tests.dashboard.proxy import proxy
from tests.dashboard.serving import ROOT, Complaints, Dashboard, await_page, free_port, running

BASE = "/lab/yard"
PATIENCE_MS = 90_000
"""each file of the page is a connection of its own here"""

NEWEST = """(step) => {
  const data = document.querySelector('[data-chart=loss] .ty-plot')?.data;
  return data && Math.max(...data[0].x) >= step;
}"""


@pytest.fixture
def based(home: Home) -> Iterator[Dashboard]:
    """A dashboard that knows where it lives."""
    port = free_port()
    variables = {"TRAINYARD_PORT": str(port), "TRAINYARD_BASE_PATH": f"{BASE}/"}
    with running("dashboard", home, **variables) as process:
        await_page(f"http://127.0.0.1:{port}{BASE}/healthz", process)
        yield Dashboard(home, port, process)


@pytest.mark.usefixtures("recorder")
@pytest.mark.parametrize("strip", [False, True])
def test_a_run_is_watched_through_a_proxy(
    browser: Browser, based: Dashboard, yard: Yard, strip: bool
) -> None:
    writer = Writer(yard, save(yard))
    writer.begin()
    writer.steps(50)
    with proxy(based.port, BASE, strip=strip) as port:
        profile = browser.new_context()
        profile.set_default_timeout(PATIENCE_MS)
        page = profile.new_page()
        page.goto(f"http://127.0.0.1:{port}{BASE}/run?id={writer.run_id}")
        page.get_by_label("Token").fill(based.token)
        complaints = Complaints.of(page)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_function(NEWEST, arg=50)
        assert page.url == f"http://127.0.0.1:{port}{BASE}/run?id={writer.run_id}"
        writer.steps(25)
        page.wait_for_function(NEWEST, arg=75)
        page.get_by_role("link", name="Data").first.click()
        expect(page).to_have_url(f"http://127.0.0.1:{port}{BASE}/data", timeout=PATIENCE_MS)
        page.locator("input[type=file]").first.set_input_files(
            {"name": "few.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n3,4\n"}
        )
        expect(page.get_by_text("few.csv").first).to_be_visible(timeout=PATIENCE_MS)
        (cookie,) = [each for each in profile.cookies() if each["name"].startswith("trainyard_")]
        assert (cookie["path"], cookie["secure"]) == (BASE, False)
        assert complaints.texts == []
        profile.close()
    writer.close()


def test_addresses_lead_below_the_base_path(based: Dashboard) -> None:
    def location(path: str) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", based.port)
        connection.request("GET", path, headers={"accept": "text/html"})
        answer = connection.getresponse()
        connection.close()
        return answer.status, answer.headers["location"]

    assert location(BASE) == (307, f"{BASE}/")
    assert location(f"{BASE}/runs?token={based.token}") == (303, f"{BASE}/runs")
    assert location(f"/runs?token={based.token}") == (303, f"{BASE}/runs")
    assert location(f"{BASE}//evil.example/?token={based.token}")[1] == f"{BASE}//evil.example/"
    log = (based.home.root / "dashboard.log").read_text()
    assert f"http://127.0.0.1:{based.port}{BASE}/?token=" in log


@pytest.mark.parametrize("given", ["/a b", "/../etc", "/yard?x", "https://a/b", '/"><script>'])
def test_what_is_no_base_path_is_refused_with_a_sentence(home: Home, given: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "dashboard"],
        cwd=ROOT,
        env={"TRAINYARD_HOME": str(home.root), "TRAINYARD_BASE_PATH": given, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 2
    assert "it must be a path such as /yard" in answer.stderr
