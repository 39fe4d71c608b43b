"""A tracking server of MLflow as far as an export needs one: its messages, its own file store.

`python mlflow_server.py FOLDER` prints its port. MLflow's real server is in the full package, which
wants other versions of our libraries. What is no message of MLflow is refused by its own parser.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from google.protobuf.json_format import ParseDict
from mlflow.entities import Metric, Param, RunStatus, RunTag
from mlflow.protos import service_pb2 as messages
from mlflow.store.tracking.file_store import FileStore
from mlflow.utils.proto_json_utils import message_to_json

FOLDER = Path(sys.argv[1])
STORE = FileStore(str(FOLDER / "store"), "mlflow-artifacts:/")


class Tracking(BaseHTTPRequestHandler):
    """Five calls and one for files."""

    def do_GET(self) -> None:
        name = parse_qs(urlsplit(self.path).query)["experiment_name"][0]
        found = STORE.get_experiment_by_name(name)
        if found is None:
            self._answer(404, json.dumps({"message": f"no experiment {name}"}))
            return
        answer = messages.GetExperimentByName.Response(experiment=found.to_proto())
        self._answer(200, message_to_json(answer))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        call = self.path.removeprefix("/api/2.0/mlflow/")
        actions: dict[str, Any] = {
            "experiments/create": (messages.CreateExperiment, self._experiment),
            "runs/create": (messages.CreateRun, self._create),
            "runs/log-batch": (messages.LogBatch, self._log),
            "runs/update": (messages.UpdateRun, self._update),
        }
        message, action = actions[call]
        self._answer(200, action(ParseDict(body, message())))

    def do_PUT(self) -> None:
        target = FOLDER / "artifacts" / self.path.split("/artifacts/", 1)[1]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.rfile.read(int(self.headers["content-length"])))
        self._answer(200, "{}")

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _experiment(self, told: messages.CreateExperiment) -> str:
        return json.dumps({"experiment_id": STORE.create_experiment(told.name)})

    def _create(self, told: messages.CreateRun) -> str:
        made = STORE.create_run(
            told.experiment_id, told.user_id, told.start_time, [], told.run_name
        )
        return str(message_to_json(messages.CreateRun.Response(run=made.to_proto())))

    def _log(self, told: messages.LogBatch) -> str:
        STORE.log_batch(
            told.run_id,
            [Metric.from_proto(each) for each in told.metrics],
            [Param.from_proto(each) for each in told.params],
            [RunTag.from_proto(each) for each in told.tags],
        )
        return "{}"

    def _update(self, told: messages.UpdateRun) -> str:
        status = RunStatus.to_string(told.status)
        STORE.update_run_info(told.run_id, RunStatus.from_string(status), told.end_time, None)
        return "{}"

    def _answer(self, code: int, body: str) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(body.encode())


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Tracking)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
