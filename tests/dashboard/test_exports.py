"""Files of a run, fetched from the running dashboard as a browser does."""

from __future__ import annotations

import http.client
import io
import json
from contextlib import closing

import pyarrow.parquet

from dashboard import secret
from jobs.yard import Yard
from tests.dashboard import story
from tests.dashboard.serving import Dashboard


def fetch(dashboard: Dashboard, path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and content."""
    cookie = f"trainyard_{dashboard.port}={secret.sign_cookie(dashboard.token)}"
    with closing(http.client.HTTPConnection("127.0.0.1", dashboard.port, timeout=30)) as connection:
        connection.request("GET", path, headers={"cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def test_every_button_of_the_downloads_gives_its_file(dashboard: Dashboard) -> None:
    yard = Yard.open(dashboard.home)
    run_id = story.launched(yard, name="../../etc")
    story.finished(yard, run_id)
    yard.close()
    status, headers, content = fetch(dashboard, f"/exports?run={run_id}&as=csv&shape=long")
    assert status == 200
    assert headers["content-disposition"] == f'attachment; filename="{run_id}-long.csv"'
    assert len(content.splitlines()) == 1 + 3 * 150 + 3 * 4
    _, _, content = fetch(dashboard, f"/exports?run={run_id}&as=parquet&shape=wide")
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    assert (table.num_rows, "validation/accuracy" in table.column_names) == (150, True)
    _, _, content = fetch(dashboard, f"/exports?run={run_id}&as=json")
    assert json.loads(content)["status"] == "finished"
    for wrong in ("run=nothing", f"run={run_id}&as=exe", f"run={run_id}&as=csv&shape=round"):
        assert fetch(dashboard, f"/exports?{wrong}")[0] == 404
