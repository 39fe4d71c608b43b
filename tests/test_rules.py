"""The house rules as tests: import arrows, no torch where it does not belong, sizes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("engine", "jobs", "dashboard", "bench")
LONGEST_FILE_LINES = 250
LONGEST_FUNCTION_LINES = 60

FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}
# A reader with a list of what it may find; tests/engine/test_packaged.py tries to get around it.
MAY_UNPICKLE = "engine/data/unpickle.py"
FORBIDDEN_CALLS = {"eval", "exec", "torch.load", "yaml.load", "os.system", "os.popen"}

MAY_IMPORT = {
    "engine": {"engine"},
    "jobs": {"engine", "jobs"},
    "dashboard": {"engine", "jobs", "dashboard"},
}


@cache
def sources() -> tuple[Path, ...]:
    """Every Python file that ships or tests."""
    folders = [PROJECT / name for name in (*PACKAGES, "tests")]
    return tuple(path for folder in folders for path in sorted(folder.rglob("*.py")))


def shipped() -> Iterator[tuple[Path, ast.Module]]:
    """The Python files that ship, parsed."""
    for path in sources():
        if path.relative_to(PROJECT).parts[0] != "tests":
            yield path, ast.parse(path.read_text())


def imports(tree: ast.AST) -> Iterator[str]:
    """The dotted names that are imported anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def at(path: Path, line: int) -> str:
    """`folder/file.py:12`."""
    return f"{path.relative_to(PROJECT)}:{line}"


def tracked_files() -> list[Path]:
    """What git knows; in an unpacked archive, every file outside of hidden folders and var."""
    asked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if asked.returncode == 0:
        names = asked.stdout.split("\0")
        return [PROJECT / name for name in names if name and (PROJECT / name).is_file()]
    return [
        path
        for path in PROJECT.rglob("*")
        if path.is_file() and not {".venv", ".git", "var"} & set(path.parts)
    ]


def test_there_is_something_to_judge() -> None:
    judged = {path.relative_to(PROJECT).parts[0] for path in sources()}
    assert {"engine", "jobs", "dashboard", "tests"} <= judged


def test_imports_go_one_way() -> None:
    wrong = [
        f"{path.relative_to(PROJECT)} imports {name}"
        for path, tree in shipped()
        if (allowed := MAY_IMPORT.get(path.relative_to(PROJECT).parts[0])) is not None
        for name in imports(tree)
        if (first := name.split(".")[0]) in (*PACKAGES, "tests") and first not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("package", "stranger"),
    [("engine", "redis"), ("engine", "rq"), ("engine", "streamlit"), ("jobs", "streamlit")],
)
def test_a_layer_knows_nothing_of_the_libraries_above_it(package: str, stranger: str) -> None:
    wrong = [
        path.relative_to(PROJECT)
        for path, tree in shipped()
        if path.relative_to(PROJECT).parts[0] == package
        and any(name.split(".")[0] == stranger for name in imports(tree))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "module",
    [
        "dashboard",
        "dashboard.__main__",
        "dashboard.asgi",
        "jobs.worker",
        "jobs.recorder",
        "jobs.server",
        "jobs.cli",
        "jobs.stack.up",
        "jobs.stack.doctor",
        "engine.config",
        "engine.settings.check",
    ],
)
def test_torch_is_not_loaded_by(module: str) -> None:
    program = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (asked.returncode, asked.stderr) == (0, "")


def test_no_file_grows_over_the_budget() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in sources()}
    assert [at(path, size) for path, size in sizes.items() if size > LONGEST_FILE_LINES] == []


def test_no_function_grows_over_the_budget() -> None:
    wrong = [
        f"{at(path, node.lineno)} {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION_LINES
    ]
    assert wrong == []


def test_every_module_says_what_it_is() -> None:
    assert [path for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_nothing_that_runs_foreign_code() -> None:
    wrong = [
        f"{path.relative_to(PROJECT)} imports {name}"
        for path, tree in shipped()
        for name in imports(tree)
        if name.split(".")[0] in FORBIDDEN_IMPORTS
        and (name, path.relative_to(PROJECT).as_posix()) != ("pickle", MAY_UNPICKLE)
    ]
    wrong += [
        f"{at(path, node.lineno)} {ast.unparse(node.func)}"
        for path, tree in shipped()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and runs_foreign_code(node)
    ]
    assert wrong == []


def runs_foreign_code(call: ast.Call) -> bool:
    """A forbidden function, or any call through a shell."""
    through_shell = any(
        keyword.arg == "shell"
        and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
        for keyword in call.keywords
    )
    return through_shell or ast.unparse(call.func) in FORBIDDEN_CALLS


def test_no_path_of_the_machine_it_was_written_on() -> None:
    # Split, so that this file does not find itself.
    paths = re.compile(rb"/(work|home|root|Users)/" + rb"[a-z.]+")
    wrong = [
        f"{path.relative_to(PROJECT)}: {match[0].decode()}"
        for path in tracked_files()
        if b"\0" not in (text := path.read_bytes()) and not path.name.endswith((".min.js", ".lock"))
        for match in paths.finditer(text)
    ]
    assert wrong == []
