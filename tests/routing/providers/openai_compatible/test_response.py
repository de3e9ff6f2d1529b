"""Whole answers: their bytes are kept, their usage is read, and what is no answer is an error."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dataplane.usage import Usage, usage_from_openai
from routing.wire.contract import ErrorKind, Json, UpstreamError
from tests.routing.providers.openai_compatible.exchanges import adapter, everything, name
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

ENDPOINTS = {"chat.completions": "chat", "embeddings": "embeddings"}
ALL = [one for one in everything() if one.endpoint in ENDPOINTS and one.status == 200 and not one.is_event_stream]
KEPT = [one for one in ALL if one.id in {kept.id for kept in cassettes.kept()}]


def parsed(recorded: Cassette) -> Usage:
    made = adapter(recorded.request, stream=False, endpoint=ENDPOINTS[recorded.endpoint])
    answer = made.parse(recorded.body)
    assert answer.raw is recorded.body
    return made.usage


@pytest.mark.parametrize("recorded", KEPT, ids=name)
def test_a_recorded_answer_is_kept_and_its_usage_read(recorded: Cassette) -> None:
    assert parsed(recorded) == (usage_from_openai(recorded.usage) if recorded.usage else Usage())


def test_the_whole_collection_can_be_read() -> None:
    for recorded in ALL:
        if recorded.body:
            usage = parsed(recorded)
            assert (usage.source == "provider") == ("usage" in recorded.json), name(recorded)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"data: {}\n\n", "not JSON"),
        (b"[]", "no result"),
        (b"{}", "no result"),
        (b'{"choices": {}}', "no result"),
        (b'{"error": {"message": "Out of memory"}}', "Out of memory"),
        (b'{"error": "Out of memory"}', "Out of memory"),
    ],
)
def test_what_is_no_answer_is_an_error(body: bytes, message: str) -> None:
    with pytest.raises(UpstreamError, match=message) as caught:
        adapter({"messages": []}, stream=False).parse(body)
    assert caught.value.kind is ErrorKind.SERVER


@given(st.fixed_dictionaries({"choices": st.lists(ANYTHING)}, optional={"usage": ANYTHING}))
def test_odd_answers_travel_on(answer: dict[str, Any]) -> None:
    made = adapter({"messages": []}, stream=False)
    body = orjson.dumps(answer)
    assert made.parse(body).raw == body
    made.estimate()


def test_an_answer_without_usage_is_estimated() -> None:
    made = adapter({"messages": [{"role": "user", "content": "Hello"}]}, stream=False)
    made.parse(orjson.dumps({"choices": [{"message": {"role": "assistant", "content": "Hello, world!"}}]}))

    assert made.usage.source == "none"
    made.estimate()
    assert (made.usage.input_tokens, made.usage.output_tokens, made.usage.source) == (1, 4, "estimate")


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ({"error": {"code": 429, "message": "Slow down"}}, ErrorKind.RATE_LIMIT, "Slow down"),  # OpenRouter's way
        ({"error": {"code": 502, "message": "Gone"}, "choices": None}, ErrorKind.SERVER, "Gone"),
        ({"error": "broken"}, ErrorKind.SERVER, "broken"),
        ({"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, ErrorKind.AUTH,
         "insufficient balance"),
        ({"base_resp": {"status_code": 0}}, ErrorKind.SERVER, "The provider's answer holds no result."),
    ],
)  # fmt: skip
def test_an_error_with_status_200_means_what_it_says(body: Json, kind: ErrorKind, message: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        adapter({"messages": []}).parse(orjson.dumps(body))
    assert (caught.value.kind, caught.value.message) == (kind, message)
