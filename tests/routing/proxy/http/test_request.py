"""The head of a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proxy.http.request import Origin, head, place


@pytest.mark.parametrize(
    ("url", "origin", "authority", "target"),
    [
        ("https://api.example.com/v1/chat", Origin(True, "api.example.com", 443), "api.example.com", "/v1/chat"),
        ("http://api.example.com", Origin(False, "api.example.com", 80), "api.example.com", "/"),
        ("http://h:8000/a?b=c%20d&e", Origin(False, "h", 8000), "h:8000", "/a?b=c%20d&e"),
        ("https://h:443/x", Origin(True, "h", 443), "h", "/x"),
        ("http://[::1]:80/x", Origin(False, "::1", 80), "[::1]", "/x"),
        ("http://[::1]:81/x", Origin(False, "::1", 81), "[::1]:81", "/x"),
        ("https://ü.example/ü x", Origin(True, "xn--tda.example", 443), "xn--tda.example", "/%C3%BC%20x"),
        ("https://h/model/a%3A1/converse:go", Origin(True, "h", 443), "h", "/model/a%3A1/converse:go"),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(url: str, origin: Origin, authority: str, target: str) -> None:
    assert place(url) == (origin, authority, target)


@pytest.mark.parametrize("url", ["", "h", "ftp://h/", "http://", "http://[::1", "http://h:99999", "http://u:p@h/"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  urllib's own words
        place(url)


def test_a_head() -> None:
    where = place("http://h:81/v1")
    assert head("POST", where, [("Content-Type", "text/x"), ("X-A", "1"), ("x-a", "2")], 7) == (
        b"POST /v1 HTTP/1.1\r\nhost: h:81\r\naccept: */*\r\naccept-encoding: gzip, deflate\r\n"
        b"user-agent: gateway-platform\r\ncontent-type: text/x\r\nx-a: 2\r\ncontent-length: 7\r\n\r\n"
    )


def test_a_get_says_no_length() -> None:
    assert b"content-length" not in head("GET", place("http://h/"), [], 0)
    assert b"content-length: 0\r\n" in head("POST", place("http://h/"), [], 0)


HEADERS = st.lists(st.tuples(st.text(max_size=8), st.text(max_size=12)), max_size=4)


# B16: nothing that is said in a header becomes another header, or a request of its own
@given(HEADERS)
def test_no_header_becomes_two(headers: list[tuple[str, str]]) -> None:
    try:
        written = head("POST", place("http://h/v1"), headers, 2)
    except ValueError:
        return
    lines = written.decode("latin-1").split("\r\n")
    assert lines[-2:] == ["", ""]
    names = [line.partition(": ")[0] for line in lines[1:-2]]
    assert len(names) == len(set(names))
    assert {name.lower() for name, _ in headers} <= set(names)
    assert all("\n" not in line and "\r" not in line for line in lines)
