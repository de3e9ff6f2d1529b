"""Files, functions and templates stay small enough to read; the few exceptions are named here."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("gateway_platform", "tenants", "routing", "billing", "cache", "tests", "benchmarks", ".ci")
MAX_FILE, MAX_FUNCTION, MAX_TEMPLATE, MAX_PARAMETERS = 400, 50, 200, 6

# path, or path::function → why it may be longer
EXCEPTIONS: dict[str, str] = {}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files() -> list[Path]:
    """All Python of the project, but for generated migrations."""
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return [file for file in files if "migrations" not in file.parts and "__pycache__" not in file.parts]


def functions() -> Iterator[tuple[str, Function]]:
    """Every function, as `path::name`."""
    for file in python_files():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, Function):
                yield f"{file.relative_to(ROOT)}::{node.name}", node


def length(function: Function) -> int:
    """Lines of code from `def` on, without the docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


def parameters(function: Function) -> int:
    """How many a caller has to know; `self` and `cls` are given."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([argument for argument in named if argument.arg not in ("self", "cls")])


def lines(files: list[Path]) -> dict[str, int]:
    """Lines of each file."""
    return {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in files}


def too_large(sizes: dict[str, int], limit: int) -> dict[str, int]:
    """Whatever is above the limit and not excused."""
    return {name: size for name, size in sizes.items() if size > limit and name not in EXCEPTIONS}


def test_files() -> None:
    assert too_large(lines(python_files()), MAX_FILE) == {}


def test_templates() -> None:
    templates = [file for file in sorted((ROOT / "templates").rglob("*")) if file.is_file()]
    assert too_large(lines(templates), MAX_TEMPLATE) == {}


def test_functions() -> None:
    assert too_large({name: length(function) for name, function in functions()}, MAX_FUNCTION) == {}


def test_parameters() -> None:
    assert too_large({name: parameters(function) for name, function in functions()}, MAX_PARAMETERS) == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in python_files()
        if file.read_text().strip() and ast.get_docstring(ast.parse(file.read_text())) is None
    ]
    assert silent == []


def test_exceptions_still_exist() -> None:
    known = {str(file.relative_to(ROOT)) for file in python_files()} | {name for name, _ in functions()}
    assert set(EXCEPTIONS) <= known
