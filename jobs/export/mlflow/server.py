"""Tells a run to an MLflow tracking server, through its REST API."""

from __future__ import annotations

import base64
import json
import math
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote, urlsplit

from jobs.export.mlflow import told
from jobs.export.points import stretches
from jobs.run import Run
from jobs.yard import Yard

API = "api/2.0/mlflow"
FILES = "api/2.0/mlflow-artifacts/artifacts"
METRICS, OTHERS = 1_000, 100
"""at most so many in one request: the server's limits"""

SECONDS = 60.0


class Refusal(Exception):
    """The server does not answer, or says no. The text says which and why."""


def push(yard: Yard, run: Run, address: str) -> str:
    """Makes a new run there with everything; its id. Raises Refusal.

    `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and `..._PASSWORD`, are shown if set.
    """
    server = _Server(address)
    started = told.milliseconds(run.started or run.created)
    tags = _pairs(told.tags(yard, run))
    body = {"experiment_id": server.experiment(), "run_name": run.name, "start_time": started}
    made = server.post("runs/create", {**body, "user_id": "trainyard"})["run"]["info"]
    run_id = str(made["run_id"])
    for part, found in (("params", _pairs(told.params(run))), ("tags", tags)):
        for some in _batches(found, OTHERS):
            server.post("runs/log-batch", {"run_id": run_id, part: some})
    for some in _batches(_metrics(yard, run), METRICS):
        server.post("runs/log-batch", {"run_id": run_id, "metrics": some})
    server.hand_over(str(made.get("artifact_uri", "")), told.artifacts(yard, run))
    end: dict[str, Any] = {"run_id": run_id, "status": told.STATUSES.get(run.status, told.RUNNING)}
    if run.ended is not None:
        end["end_time"] = told.milliseconds(run.ended)
    server.post("runs/update", end)
    return run_id


def _pairs(found: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    yield from ({"key": key, "value": value} for key, value in found.items())


def _metrics(yard: Yard, run: Run) -> Iterator[dict[str, Any]]:
    for curve, key in told.metrics(yard.history.metrics(run.id)).items():
        for _, points in stretches(yard.history, run.id, curve):
            rows = zip(points.steps, points.seconds, points.values, strict=True)
            for step, seconds, value in rows:
                moment = told.milliseconds(float(seconds))
                number = _number(float(str(value)))
                yield {"key": key, "value": number, "timestamp": moment, "step": int(step)}


def _number(value: float) -> float | str:
    """JSON has no NaN; protobuf's JSON writes it as text."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _batches(found: Iterator[dict[str, Any]], size: int) -> Iterator[Sequence[dict[str, Any]]]:
    while some := list(islice(found, size)):
        yield some


class _Server:
    """One tracking server."""

    def __init__(self, address: str) -> None:
        if urlsplit(address).scheme not in ("http", "https"):
            raise Refusal(f"{address} is no address of a server; write http://host:5000.")
        self._address = address.rstrip("/")

    def experiment(self) -> str:
        """The id of ours, made where it is not there."""
        try:
            found = self._ask("GET", f"experiments/get-by-name?experiment_name={told.EXPERIMENT}")
            return str(found["experiment"]["experiment_id"])
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise self._refusal(error) from error
        return str(self.post("experiments/create", {"name": told.EXPERIMENT})["experiment_id"])

    def post(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer. Raises Refusal."""
        try:
            return self._ask("POST", what, json.dumps(body, allow_nan=False).encode())
        except urllib.error.HTTPError as error:
            raise self._refusal(error) from error

    def hand_over(self, place: str, files: Iterator[tuple[str, bytes]]) -> None:
        """Files, where the server takes them itself; nothing where they lie elsewhere."""
        parts = urlsplit(place)
        if parts.scheme != "mlflow-artifacts":
            return
        for name, content in files:
            path = f"{FILES}/{quote(parts.path.strip('/'))}/{quote(name)}"
            try:
                self._send(f"{self._address}/{path}", "PUT", content)
            except urllib.error.HTTPError as error:
                raise self._refusal(error) from error

    def _ask(self, method: str, what: str, body: bytes | None = None) -> dict[str, Any]:
        answer = self._send(f"{self._address}/{API}/{what}", method, body)
        try:
            found = json.loads(answer or b"{}")
        except ValueError as error:
            raise Refusal(f"{self._address} is no tracking server of MLflow.") from error
        return dict(found)

    def _send(self, address: str, method: str, body: bytes | None) -> bytes:
        head = {"content-type": "application/json", **_credentials()}
        request = urllib.request.Request(address, data=body, method=method, headers=head)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError:
            raise
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise Refusal(f"{self._address} does not answer ({reason}).") from error

    def _refusal(self, error: urllib.error.HTTPError) -> Refusal:
        with error:
            said = error.read(2_000).decode(errors="replace")
        try:
            said = str(json.loads(said)["message"])
        except (ValueError, KeyError, TypeError):
            said = said.strip().splitlines()[0][:200] if said.strip() else str(error.reason)
        return Refusal(f"{self._address} refused ({error.code}): {said}")


def _credentials() -> dict[str, str]:
    if token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
        return {"authorization": f"Bearer {token}"}
    user = os.environ.get("MLFLOW_TRACKING_USERNAME")
    if user is None:
        return {}
    pair = f"{user}:{os.environ.get('MLFLOW_TRACKING_PASSWORD', '')}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
