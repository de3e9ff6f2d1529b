"""Who is calling, and may they."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proxy.admit import allows, check_endpoint, find_route, presented_key
from routing.wire.failure import GatewayError
from tenants.dataplane.keys import digest_of
from tests.routing.proxy.parts import deployment, key, route, tenant

# Few letters, so that names and patterns often meet; what fnmatch or a regular expression would take for special.
NAMES = st.text("ab-[]?.!^$", max_size=8)
PATTERNS = st.text("ab*-[]?.!^$", max_size=8)


@given(PATTERNS, NAMES)
def test_a_star_stands_for_anything_and_nothing_else_is_special(pattern: str, name: str) -> None:
    expected = re.fullmatch(".*".join(re.escape(piece) for piece in pattern.split("*")), name, re.DOTALL) is not None
    assert allows((pattern,), name) == expected


@given(st.lists(PATTERNS, max_size=4), NAMES)
def test_a_list_allows_what_any_of_its_patterns_does(patterns: list[str], name: str) -> None:
    assert allows(tuple(patterns), name) == any(allows((pattern,), name) for pattern in patterns)


# An empty list is nothing, not everything
@given(NAMES)
def test_no_list_is_everything_and_an_empty_one_nothing(name: str) -> None:
    assert allows(None, name)
    assert not allows((), name)


@given(st.text())
def test_a_lone_star_allows_every_name(name: str) -> None:
    assert allows(("*",), name)


@pytest.mark.parametrize(
    "headers",
    [
        {b"authorization": b"Bearer gw-live-1"},
        {b"authorization": b"bearer gw-live-1"},
        {b"authorization": b"Bearer   gw-live-1"},
        {b"x-api-key": b"gw-live-1"},
        {b"x-goog-api-key": b"gw-live-1"},
        {b"api-key": b"gw-live-1"},
        {b"authorization": b"Basic eDp5", b"x-api-key": b"gw-live-1"},
        {b"authorization": b"Bearer gw-live-1", b"x-api-key": b"another"},
    ],
)
def test_a_key_is_taken_from_where_sdks_put_it(headers: dict[bytes, bytes]) -> None:
    assert presented_key(headers) == "gw-live-1"


@pytest.mark.parametrize("headers", [{}, {b"authorization": b"Bearer "}, {b"authorization": b"gw-live-1"}])
def test_no_key_is_a_401(headers: dict[bytes, bytes]) -> None:
    with pytest.raises(GatewayError) as caught:
        presented_key(headers)
    assert (caught.value.status, caught.value.code) == (401, "missing_api_key")


@given(st.binary(max_size=40))
def test_any_bytes_are_some_key(value: bytes) -> None:
    assert presented_key({b"authorization": b"Bearer .", b"x-api-key": value}) == "."
    assert presented_key({b"x-api-key": value}) == value.decode("latin-1")
    digest_of(presented_key({b"authorization": b"Bearer ." + value}))


def test_endpoints() -> None:
    check_endpoint(key(), "chat")
    check_endpoint(key(endpoints=frozenset({"chat"})), "chat")
    for endpoints in (frozenset({"embeddings"}), frozenset[str]()):
        with pytest.raises(GatewayError) as caught:
            check_endpoint(key(endpoints=endpoints), "chat")
        assert (caught.value.status, caught.value.code) == (403, "endpoint_not_allowed")


def test_a_name_that_is_not_allowed_is_not_found_out_to_exist() -> None:
    there, restricted = tenant(route(deployment())), key(routes=("other-*",))
    for name in ("m", "missing"):
        with pytest.raises(GatewayError) as caught:
            find_route(restricted, there, name)
        assert (caught.value.status, caught.value.code) == (403, "model_not_allowed")
    with pytest.raises(GatewayError) as caught:
        find_route(key(), there, "missing")
    assert (caught.value.status, caught.value.code) == (404, "model_not_found")
    assert find_route(key(routes=("m",)), there, "m").name == "m"


def test_the_answers_about_names_are_remembered_at_a_bound() -> None:
    started = time.perf_counter()
    for number in range(10_000):
        allows(("gpt-*",), f"gpt-{number}")
    assert allows.cache_info().currsize <= 4096
    assert time.perf_counter() - started < 2
