"""Our JavaScript and CSS, read and packed once at start, served immutable under their hash."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from jobs.base_path import base_path

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class StaticFiles:
    """Files by their path below `static/`, gzip-packed. `version` changes when any of them does."""

    files: dict[str, bytes]
    version: str
    base: str = ""

    @classmethod
    def read(cls, folder: Path = FOLDER) -> StaticFiles:
        """Reads a folder; a file stored as `name.js.gz` is served as `name.js`."""
        files: dict[str, bytes] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.suffix == ".gz":
                files[name.removesuffix(".gz")] = path.read_bytes()
            elif path.suffix in TYPES:
                files[name] = gzip.compress(path.read_bytes(), mtime=0)
        together = hashlib.sha256()
        for name, content in files.items():
            together.update(name.encode() + b"\0" + content)
        return cls(files, together.hexdigest()[:16], base_path())

    def url(self, name: str) -> str:
        """Where the browser finds a file."""
        if name not in self.files:
            raise KeyError(f"no file {name} in {FOLDER}")
        return f"{self.base}/live/static/{self.version}/{name}"

    def routes(self) -> list[Route]:
        """The one route that serves them. An old version's address gets the new file."""
        return [Route("/live/static/{version}/{name:path}", self.serve, methods=["GET"])]

    async def serve(self, request: Request) -> Response:
        """One file, packed as it is kept. Names are looked up, never opened."""
        name = request.path_params["name"]
        content = self.files.get(name)
        if content is None:
            return PlainTextResponse("There is no such file.\n", 404)
        headers = {"cache-control": "public, max-age=31536000, immutable"}
        if request.path_params["version"] != self.version:
            headers = {"cache-control": "no-store"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        return Response(content, headers=headers, media_type=TYPES[Path(name).suffix])
