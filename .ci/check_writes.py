"""The half of import rule 6 that imports cannot express: pages, API, admin and jobs never write to a model.

Run from the project's root, or with another root as the argument. Reads calls, not types: `.save()`,
`.objects.create()`, `.filter(…).delete()` and the like belong in services.py, atomic and audited.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

APPS = ("gateway_platform", "tenants", "routing", "billing", "cache")
CALLERS = {"views", "pages", "web", "forms", "tables", "admin", "tasks", "api", "overview", "live", "commands"}
SAVES = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}


def main(root: Path) -> int:
    found = [
        f"{path.relative_to(root)}:{line}: .{name}() writes to a model; call services.py"
        for path in caller_files(root)
        for line, name in writes(ast.parse(path.read_text()))
    ]
    print("\n".join(found) or "No writes outside services.")
    return 1 if found else 0


def caller_files(root: Path) -> Iterator[Path]:
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if CALLERS & {*path.relative_to(root).with_suffix("").parts}:
                yield path


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and method of each call that writes to a model, in its blocking or asynchronous form."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if any(is_write(method, node.func.value, node) for method in {name, name.removeprefix("a")}):
                yield node.lineno, name


def is_write(method: str, receiver: ast.expr, call: ast.Call) -> bool:
    queryset = isinstance(receiver, ast.Call) and not is_super(receiver)
    manager = isinstance(receiver, ast.Attribute)
    match method:
        case "create":  # Key.objects.create(…), team.keys.create(…)
            return manager or queryset
        case "update":  # not a dictionary's update
            return queryset or (manager and receiver.attr == "objects")
        case "delete":  # of an instance or a queryset: neither takes an argument
            return not call.args and not is_super(receiver)
    return method in SAVES and ast.unparse(receiver) != "self"  # a page's own `save` is no model's


def is_super(receiver: ast.expr) -> bool:
    return isinstance(receiver, ast.Call) and ast.unparse(receiver.func) == "super"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
