"""Data from another machine: off by default, public addresses only, every redirect looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.data_sets.incoming import Incoming
from jobs.data_sets.remote import Allowed, NotFetched, fetch
from jobs.data_sets.remote.place import OfHub, Place, parse
from jobs.home import Home
from tests.jobs.commands import trainyard
from tests.jobs.far import CERTIFICATE, Far, far_host

TABLE = b"a,b\n1,x\n2,y\n"


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    """The host `localhost`, which the owner allows, and which is the hub as well."""
    with far_host() as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        monkeypatch.setenv("TRAINYARD_FETCH_PRIVATE", "localhost")
        monkeypatch.delenv("TRAINYARD_FETCH", raising=False)
        found.files["/a/people.csv"] = TABLE
        yield found


def fetched(text: str, folder: Path) -> tuple[str, bytes]:
    """The name and content of what was fetched; progress went up to 1."""
    incoming, heard = Incoming(folder), list[float]()
    upload = incoming.find(fetch(text, incoming, Allowed.from_environment(), heard.append))
    assert upload is not None
    assert heard == sorted(heard)
    return upload.name, upload.path.read_bytes()


def refused(text: str, folder: Path) -> str:
    """The sentence; nothing is left on the disk."""
    before = sorted(folder.iterdir())
    with pytest.raises(NotFetched) as trouble:
        fetched(text, folder)
    assert sorted(folder.iterdir()) == before
    assert str(trouble.value).isprintable()
    return str(trouble.value)


def test_a_file_comes_as_it_is(far: Far, tmp_path: Path) -> None:
    assert fetched(f"{far.url}/a/people.csv?x=1", tmp_path) == ("people.csv", TABLE)
    ((path, headers),) = far.asked
    assert path == "/a/people.csv?x=1"
    assert headers["host"] == f"localhost:{far.port}"


def test_the_name_that_the_server_says_is_used(far: Far, tmp_path: Path) -> None:
    far.files["/download"] = TABLE
    far.headers["/download"] = {"Content-Disposition": 'attachment; filename="../../b.csv"'}
    assert fetched(f"{far.url}/download", tmp_path)[0] == "b.csv"


def test_without_a_length_it_is_read_to_its_end(far: Far, tmp_path: Path) -> None:
    far.headers["/a/people.csv"] = {"Content-Length": ""}
    assert fetched(f"{far.url}/a/people.csv", tmp_path)[1] == TABLE


def test_a_part_of_a_file_is_not_kept(far: Far, tmp_path: Path) -> None:
    far.headers["/a/people.csv"] = {"Content-Length": "1000"}
    assert "came only in part" in refused(f"{far.url}/a/people.csv", tmp_path)


def test_redirects_are_followed(far: Far, tmp_path: Path) -> None:
    far.redirects |= {"/one": "/two", "/two": f"{far.url}/a/people.csv"}
    assert fetched(f"{far.url}/one", tmp_path) == ("people.csv", TABLE)
    far.redirects["/round"] = "/round"
    assert "without an end" in refused(f"{far.url}/round", tmp_path)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("https://169.254.169.254/latest/meta-data/", "169.254.169.254 is in a private network"),
        ("https://127.0.0.1/x", "127.0.0.1 is in a private network"),
        ("https://[::1]/x", "::1 is in a private network"),
        ("https://[::ffff:10.0.0.1]/x", "is in a private network"),
        ("https://0.0.0.0/x", "is in a private network"),
        ("https://2130706433/x", "is in a private network"),
        ("http://localhost/x", "is no https address"),
        ("file:///etc/passwd", "is no https address"),
        ("https://user:secret@localhost/x", "with a password in it"),
        ("https://nowhere.invalid/x", "nowhere.invalid cannot be found"),
    ],
)
def test_a_redirect_leads_to_no_private_place(
    target: str, words: str, far: Far, tmp_path: Path
) -> None:
    far.redirects["/a"] = target
    assert words in refused(f"{far.url}/a", tmp_path)


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "asks for a login"), (403, "not for everybody"), (404, "nothing is"), (500, "500")],
)
def test_an_answer_that_is_no_file_is_said(
    status: int, words: str, far: Far, tmp_path: Path
) -> None:
    far.statuses["/a/people.csv"] = status
    assert words in refused(f"{far.url}/a/people.csv", tmp_path)


def test_it_is_off_unless_the_owner_says_so(
    far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRAINYARD_FETCH_PRIVATE")
    assert "is off here" in refused(f"{far.url}/a/people.csv", tmp_path)
    assert "is off here" in refused("hf://some/thing", tmp_path)
    monkeypatch.setenv("TRAINYARD_FETCH", "example.org, huggingface.co")
    assert "allowed are example.org, huggingface.co" in refused(f"{far.url}/a/people.csv", tmp_path)
    monkeypatch.setenv("TRAINYARD_FETCH", "*")
    assert "TRAINYARD_FETCH_PRIVATE=localhost" in refused(f"{far.url}/a/people.csv", tmp_path)
    assert far.asked == []


def test_a_certificate_that_nobody_trusts_is_refused(
    far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "CERTIFICATE_VERIFY_FAILED" in refused(f"{far.url}/a/people.csv", tmp_path)


LISTING = "/api/datasets/ann/people/tree/main"


def listed(*paths: str) -> bytes:
    files = [{"type": "file", "path": path, "size": 5} for path in paths]
    return json.dumps([{"type": "directory", "path": "data"}, *files]).encode()


def test_the_only_table_of_a_hubs_data_set_is_taken(
    far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    far.files[LISTING] = listed("README.md", "data/all of it.csv")
    far.files["/datasets/ann/people/resolve/main/data/all%20of%20it.csv"] = TABLE
    assert fetched("hf://ann/people", tmp_path) == ("all of it.csv", TABLE)
    assert all(headers["authorization"] == "Bearer hf_secret" for _, headers in far.asked)
    monkeypatch.setenv("HF_ENDPOINT", "https://huggingface.co")
    fetched(f"{far.url}/a/people.csv", tmp_path)
    assert "authorization" not in far.asked[-1][1]


def test_of_several_files_one_must_be_named(far: Far, tmp_path: Path) -> None:
    far.files[LISTING] = listed("b.csv", "data/a.parquet")
    sentence = refused("hf://ann/people", tmp_path)
    assert (
        "2 files. Name one of them: hf://ann/people/b.csv, hf://ann/people/data/a.par" in sentence
    )
    far.files["/datasets/ann/people/resolve/main/b.csv"] = TABLE
    assert fetched("hf://ann/people/b.csv", tmp_path) == ("b.csv", TABLE)
    far.files[LISTING] = listed("README.md")
    assert "has no table" in refused("hf://ann/people", tmp_path)
    far.files[LISTING] = b"<html>"
    assert "is no list of files" in refused("hf://ann/people", tmp_path)


def test_addresses_as_people_copy_them() -> None:
    assert parse("https://huggingface.co/datasets/ann/people") == OfHub("ann/people")
    assert parse("https://huggingface.co/datasets/ann/people/tree/main") == OfHub("ann/people")
    direct = parse(
        "https://huggingface.co/datasets/ann/people/resolve/main/a%20b.csv?download=true"
    )
    assert isinstance(direct, Place)
    assert direct.file_name == "a b.csv"
    for wrong in ("hf://ann", "hf://ann/../x", "https://", "ftp://a/b", "https://a:b:c/", "x"):
        with pytest.raises(NotFetched):
            parse(wrong)


def test_on_the_command_line(far: Far, tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    added = trainyard("data", "add", f"{far.url}/a/people.csv", "--delimiter", ",", home=home)
    assert (added.returncode, added.stderr) == (0, "")
    assert "2 rows, 2 columns" in added.stdout
    assert list(home.data.glob(".upload-*")) == []
    gone = trainyard("data", "add", f"{far.url}/gone.csv", home=home)
    assert (gone.returncode, "nothing is there" in gone.stderr) == (2, True)
    kept = trainyard("data", "download", "people", "--to", str(tmp_path), home=home)
    assert kept.stdout.strip() == str(tmp_path / "people.csv")
    assert (tmp_path / "people.csv").read_bytes() == TABLE
    again = trainyard("data", "download", "people", "--to", str(tmp_path), home=home)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
