"""`make behaviours`: a line for each of the fifty behaviours, with the tests that prove it and how they end.

A test claims a behaviour with a comment `# B7` (or `# B1, B2: why`) directly above or inside the function.
`python -m tests.behaviours` runs the claiming tests; `--junit FILE` reads an earlier run's result instead.
"""

import argparse
import ast
import io
import re
import subprocess
import sys
import tempfile
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
BEHAVIOURS = [f"B{number}" for number in range(1, 51)]
CLAIM = re.compile(r"#\s*((?:B\d+[\s,]*)+)")

Claims = dict[str, set[str]]  # behaviour → test ids
Results = dict[str, set[str]]  # test id → outcomes of its cases: passed, failed, skipped


def claims_in(source: str, path: str) -> Claims:
    """Which behaviours the tests of one file claim."""
    comments = _comments(source)
    claims: Claims = defaultdict(set)
    for function in _test_functions(ast.parse(source)):
        first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
        while first - 1 in comments:
            first -= 1
        for line in range(first, (function.end_lineno or first) + 1):
            if match := CLAIM.match(comments.get(line, "")):
                for behaviour in re.findall(r"B\d+", match[1]):
                    claims[behaviour].add(f"{path}::{function.name}")
    return claims


def all_claims(folder: Path) -> Claims:
    """The claims of every test file below a folder."""
    claims: Claims = defaultdict(set)
    for file in sorted(folder.rglob("test_*.py")):
        for behaviour, tests in claims_in(file.read_text(), str(file.relative_to(ROOT))).items():
            claims[behaviour] |= tests
    return claims


def results_in(junit: Path) -> Results:
    """The outcomes in a junit file, by test function."""
    results: Results = defaultdict(set)
    for case in ElementTree.parse(junit).iter("testcase"):  # noqa: S314 - written by pytest a moment ago
        file = case.get("classname", "").replace(".", "/") + ".py"
        name = case.get("name", "").partition("[")[0]
        problems = {child.tag for child in case} & {"failure", "error", "skipped"}
        failed = problems - {"skipped"}
        results[f"{file}::{name}"].add("failed" if failed else "skipped" if problems else "passed")
    return results


def report(claims: Claims, results: Results) -> Iterator[str]:
    """`B7 pass tests/…`, `B7 fail tests/…` or `B7 missing`; a test that was skipped proves nothing."""
    for behaviour in BEHAVIOURS:
        tests = sorted(claims.get(behaviour, ()))
        failing = [test for test in tests if "failed" in results.get(test, ())]
        passing = [test for test in tests if "passed" in results.get(test, ())]
        if failing:
            yield f"{behaviour} fail {' '.join(failing)}"
        elif passing:
            yield f"{behaviour} pass {' '.join(passing)}"
        else:
            yield f"{behaviour} missing"


def run(tests: set[str]) -> Results:
    """Run the tests and give their outcomes; what pytest prints goes to standard error."""
    with tempfile.TemporaryDirectory() as directory:
        junit = Path(directory) / "junit.xml"
        parallel = ("-n", "auto", "--dist", "loadfile")
        command = [sys.executable, "-m", "pytest", "-q", *parallel, f"--junitxml={junit}", *sorted(tests)]
        subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False)
        return results_in(junit)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def _test_functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junit", type=Path, help="result of an earlier `pytest --junitxml`")
    junit = parser.parse_args().junit
    claims = all_claims(ROOT / "tests")
    results = results_in(junit) if junit else run(set().union(*claims.values()))
    print("\n".join(report(claims, results)))


if __name__ == "__main__":
    main()
