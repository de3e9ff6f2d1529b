"""From ASGI messages to a checked call."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proxy.endpoints import ENDPOINTS
from routing.proxy.exchange import Exchange
from routing.proxy.receive import MAX_NAME, ClientLeft, Receive, read_call
from routing.wire.failure import GatewayError
from tests.clock import jumping
from tests.routing.proxy.parts import Answer, Client, Rig, ScriptedUpstream, chat_body, deployment, route, whole

CHAT, EMBEDDINGS = (ENDPOINTS[f"/v1/{path}"] for path in ("chat/completions", "embeddings"))
LIMIT = 1000


def receiving(*parts: bytes, leaves: bool = False) -> Receive:
    def messages() -> Iterator[dict[str, Any]]:
        for number, part in enumerate(parts, 1):
            yield {"type": "http.request", "body": part, "more_body": leaves or number < len(parts)}
        yield {"type": "http.disconnect"}

    given = messages()

    async def receive() -> dict[str, Any]:
        return next(given)

    return receive


async def read(body: Any, endpoint: Any = CHAT, **headers: str) -> Exchange:
    exchange = Exchange("chat", {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()})
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    await read_call(exchange, endpoint, receiving(raw), LIMIT)
    return exchange


async def refused(body: Any, endpoint: Any = CHAT, **headers: str) -> tuple[int, str, str | None]:
    with pytest.raises(GatewayError) as caught:
        await read(body, endpoint, **headers)
    return caught.value.status, caught.value.code, caught.value.param


@pytest.mark.parametrize("stream", [None, True, False])
async def test_a_call_is_the_body_as_it_is(stream: bool | None) -> None:
    body = chat_body(stream=stream, unknown={"x": 1})
    exchange = await read(body)
    assert exchange.call is not None
    assert (exchange.call.body, exchange.call.stream, exchange.call.operation) == (body, bool(stream), "chat")
    assert exchange.requested_model == "m"


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=4))
@jumping
async def test_a_body_in_pieces_is_the_same_body(junk: bytes, cuts: list[int]) -> None:
    whole_body = orjson.dumps(chat_body(junk=junk.hex()))
    places = [0, *sorted(cuts), len(whole_body)]
    parts = [whole_body[start:end] for start, end in pairwise(places)]
    exchange = Exchange("chat", {})
    await read_call(exchange, CHAT, receiving(*parts), LIMIT)
    assert exchange.call is not None
    assert exchange.call.body["junk"] == junk.hex()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"{} {}", b"[" * 5000, b'{"a": NaN}'])
async def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(GatewayError) as caught:
        await read_call(Exchange("chat", {}), CHAT, receiving(body), 10**6)
    assert (caught.value.status, caught.value.code) == (400, "invalid_json")


@pytest.mark.parametrize("model", [None, 7, "", "x" * (MAX_NAME + 1), ["m"]])
async def test_a_model_is_named(model: Any) -> None:
    assert await refused(chat_body(model=model)) == (400, "invalid_request_error", "model")


@pytest.mark.parametrize("messages", [None, "text", {}, 7])
async def test_messages_are_a_list(messages: Any) -> None:
    assert await refused(chat_body(messages=messages)) == (400, "invalid_request_error", "messages")


@pytest.mark.parametrize("stream", ["true", 1, [], "false"])
async def test_stream_is_yes_or_no(stream: Any) -> None:
    assert await refused(chat_body(stream=stream)) == (400, "invalid_request_error", "stream")


async def test_embeddings_have_an_input() -> None:
    assert await refused({"model": "m"}, EMBEDDINGS) == (400, "invalid_request_error", "input")
    for given_input in ("x", ["x"], [1, 2]):
        exchange = await read({"model": "m", "input": given_input, "stream": True}, EMBEDDINGS)
        assert exchange.call is not None and not exchange.call.stream


async def test_a_body_above_the_limit_is_refused() -> None:
    large = chat_body(padding="x" * LIMIT)
    assert (await refused(large))[:2] == (413, "request_too_large")
    assert (await refused(b"", content_length=str(LIMIT + 1)))[:2] == (413, "request_too_large")
    parts = [b"x" * (LIMIT // 2)] * 3
    with pytest.raises(GatewayError) as caught:
        await read_call(Exchange("chat", {}), CHAT, receiving(*parts), LIMIT)
    assert caught.value.status == 413


@pytest.mark.parametrize("length", ["-1", "x", "", "0x10", "1.5", "²"])
async def test_a_senseless_length_is_no_crash(length: str) -> None:
    assert (await read(chat_body(), content_length=length)).call is not None


async def test_an_encoded_body_is_refused() -> None:
    assert (await refused(chat_body(), content_encoding="gzip"))[:2] == (415, "unsupported_encoding")
    assert (await read(chat_body(), content_encoding="identity")).call is not None


# B5
async def test_a_client_that_leaves_while_sending_has_left() -> None:
    with pytest.raises(ClientLeft):
        await read_call(Exchange("chat", {}), CHAT, receiving(b'{"model"', leaves=True), LIMIT)


@pytest.mark.parametrize(
    ("options", "wants"),
    [(None, False), ({}, False), ({"include_usage": False}, False), ({"include_usage": True}, True), ("x", False)],
)
async def test_whether_the_caller_wants_usage(options: Any, wants: bool) -> None:
    call = (await read(chat_body(stream=True, stream_options=options))).call
    assert call is not None and call.wants_usage is wants


async def test_the_end_user_is_the_header_s_or_the_body_s() -> None:
    assert (await read(chat_body())).end_user == ""
    assert (await read(chat_body(user="ana"))).end_user == "ana"
    assert (await read(chat_body(user={"id": 1}))).end_user == ""
    assert (await read(chat_body(user="x" * 900))).end_user == "x" * MAX_NAME
    assert (await read(chat_body(user="ana"), x_gateway_end_user="bob")).end_user == "bob"
    assert (await read(chat_body(), x_gateway_end_user="Zoë 日本")).end_user == "Zoë 日本"


# B40: an avoidable 500 would be worse than a 400
@jumping
async def test_a_body_that_is_too_deep_for_us_is_a_bad_request(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(Answer([whole()])), route(deployment()))
    client = await rig.call(Client(b'{"model": "m", "messages": ' + b"[" * 1000 + b"]" * 1000 + b"}"))
    assert (client.status, client.error["message"]) == (400, "The body is nested too deeply.")
    assert rig.row["status"] == 400
