"""`make behaviours` counts what tests claim, and believes only what passed."""

from pathlib import Path

from tests.behaviours import claims_in, report, results_in

SOURCE = """
# B7: the fallback answers
@decorated
def test_above(): ...

def test_inside():
    # B1, B2
    text = "# B9 in a string is no claim"

# B50

def test_apart(): ...
"""

JUNIT = """<testsuites><testsuite>
<testcase classname="tests.a.test_it" name="test_one[x]"/>
<testcase classname="tests.a.test_it" name="test_one[y]"><failure>no</failure></testcase>
<testcase classname="tests.a.test_it" name="test_two"/>
<testcase classname="tests.a.test_it" name="test_three"><skipped/></testcase>
</testsuite></testsuites>"""


def test_claims_are_comments_above_or_inside_a_test() -> None:
    assert claims_in(SOURCE, "t.py") == {
        "B7": {"t.py::test_above"},
        "B1": {"t.py::test_inside"},
        "B2": {"t.py::test_inside"},
    }


def test_a_failing_case_fails_and_a_skipped_test_proves_nothing(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    junit.write_text(JUNIT)
    one, two, three = (f"tests/a/test_it.py::test_{name}" for name in ("one", "two", "three"))
    claims = {"B1": {one, two}, "B2": {two}, "B3": {three}}

    lines = list(report(claims, results_in(junit)))

    assert lines[:4] == [f"B1 fail {one}", f"B2 pass {two}", "B3 missing", "B4 missing"]
    assert len(lines) == 50
