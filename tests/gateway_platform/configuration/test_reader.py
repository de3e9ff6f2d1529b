"""Errors of a configuration file: each names its line and the way to it."""

from pathlib import Path

import pytest

from gateway_platform.configuration.document import ConfigurationError
from gateway_platform.configuration.reader import read
from gateway_platform.configuration.schema import DOCUMENT
from tests.gateway_platform.configuration.conftest import Write

KEY = "version: 1\norganizations:\n  - slug: acme\n    keys:\n      - name: k\n        "
ROUTE = "version: 1\norganizations:\n  - slug: acme\n    routes:\n      - name: r\n        "
AT_KEY, AT_ROUTE = "organizations[0].keys[0]", "organizations[0].routes[0]"
STRATEGIES = "; this version knows priority, weighted"
QUOTES = "expected a text; write it in quotes: "


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (KEY + "route: [fast]", f"6: {AT_KEY}.route: unknown field, did you mean routes?"),
        (KEY + "zzz: 1", f"6: {AT_KEY}.zzz: unknown field"),
        (KEY + "routes: fast", f"6: {AT_KEY}.routes: expected a list"),
        (KEY + "routes:\n          - fast\n          - 7", f'8: {AT_KEY}.routes[1]: {QUOTES}"7"'),
        (KEY + "tags: {cost_center: 4711}", f'6: {AT_KEY}.tags.cost_center: {QUOTES}"4711"'),
        (KEY + "tags: [a]", f"6: {AT_KEY}.tags: expected fields, written name: value"),
        (KEY + "endpoints: [chats]", f"6: {AT_KEY}.endpoints[0]: chats is not known here, did you mean chat?"),
        (KEY + "expires: tomorrow", f"6: {AT_KEY}.expires: expected a time such as 2027-01-01T00:00:00Z"),
        (KEY + "expires: 2027-13-01", f"6: {AT_KEY}.expires: expected a time such as 2027-01-01T00:00:00Z"),
        (KEY + "blocked: 1", f"6: {AT_KEY}.blocked: expected true or false"),
        (KEY + "ip_ranges: [10.0.0.0/8]", f"6: {AT_KEY}.ip_ranges: not supported by this version"),
        (KEY + "name: again", f"6: {AT_KEY}: name is there twice"),
        (KEY + "team: ${env:NO_SUCH_VARIABLE}", f"6: {AT_KEY}.team: ${{env:NO_SUCH_VARIABLE}} is not set"),
        (KEY + "team: ${file:no-such-file}", f"6: {AT_KEY}.team: ${{file:no-such-file}} cannot be read"),
        (ROUTE + "retries: 1", f"5: {AT_ROUTE}: targets is missing"),
        (ROUTE + "targets: []\n        retries: 1.5", f"7: {AT_ROUTE}.retries: expected a whole number"),
        (ROUTE + "targets: [{deployment: d, weight: x}]", f"6: {AT_ROUTE}.targets[0].weight: expected a number"),
        (ROUTE + "targets: [{deployment: d, weight: .nan}]", f"6: {AT_ROUTE}.targets[0].weight: expected a number"),
        (ROUTE + "targets: []\n        cache: {mode: exact}", f"7: {AT_ROUTE}.cache: not supported by this version"),
        (ROUTE + "strategy: best\n        targets: []", f"6: {AT_ROUTE}.strategy: best is not known here{STRATEGIES}"),
        ("version: 2\norganizations: []", "1: version: 2 is not known here; this version knows 1"),
        ("organizations: []", "1: version is missing"),
        ("- version", "1: expected fields, written name: value"),
        ("", "1: the file is empty"),
        ("version: 1\norganizations: [", "2: expected the node content, but found '<stream end>'"),
        ("version: 1\n---\nversion: 1\n", "2: but found another document"),
    ],
)  # fmt: skip
def test_a_problem_names_its_line(write: Write, text: str, problem: str) -> None:
    path = write(text)
    with pytest.raises(ConfigurationError) as caught:
        read(path, DOCUMENT)
    assert caught.value.problems == [f"{path}:{problem}"]


def test_all_problems_are_told_at_once(write: Write) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(write(KEY + "route: []\n        blocked: 1\n        tags: 3"), DOCUMENT)
    assert len(caught.value.problems) == 3


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none.yaml: No such file or directory$"):
        read(tmp_path / "none.yaml", DOCUMENT)


@pytest.mark.parametrize("mode", ["off", '"off"'])
def test_what_is_off_may_be_said(write: Write, mode: str) -> None:
    off = f"        cache: {{mode: {mode}}}\n        compaction: {{mode: {mode}}}"
    text = f"{ROUTE}targets: []\n        rules: []\n{off}"
    assert read(write(text), DOCUMENT)["organizations"][0]["routes"][0]["name"] == "r"


def test_anchors_and_merges_are_understood(write: Write) -> None:
    text = """\
version: 1
organizations:
  - slug: acme
    keys:
      - &base {name: one, endpoints: [chat]}
      - {<<: *base, name: two}
"""
    one, two = read(write(text), DOCUMENT)["organizations"][0]["keys"]
    assert (one["name"], two["name"], two["endpoints"]) == ("one", "two", ["chat"])
