"""What is left of a request: its charge, its row, its headers. Once."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dataplane.cost import cost_of
from billing.dataplane.usage import Usage
from routing.proxy.exchange import Exchange
from routing.proxy.report import answer_headers, charge, settle
from routing.wire.contract import Target
from tests.clock import jumping
from tests.routing.proxy.parts import (
    COST,
    PRICE,
    USAGE,
    Answer,
    Client,
    Rig,
    ScriptedUpstream,
    SilentLog,
    chat_body,
    chunk,
    deployment,
    event,
    failure,
    key,
    route,
    stream,
    tenant,
    whole,
)

COUNTS = st.integers(0, 10**8)


@given(COUNTS, COUNTS)
def test_tokens_at_a_price_are_money(said: int, wrote: int) -> None:
    usage = Usage(input_tokens=said, output_tokens=wrote, source="provider")
    assert charge(usage, PRICE) == (cost_of(usage, PRICE) if said or wrote else 0, False)


DOUBTFUL = Usage(input_tokens=7, output_tokens=1, source="provider", doubtful=True)


# B2
@pytest.mark.parametrize(
    ("usage", "price", "charged"),
    [
        (Usage(), PRICE, (0, False)),
        (Usage(), None, (0, False)),  # nothing was used, so nothing is unknown
        (Usage(input_tokens=1, source="provider"), None, (0, True)),
        (Usage(source="provider", absurd=True), PRICE, (0, True)),
        (Usage(source="provider", absurd=True), None, (0, True)),
        (DOUBTFUL, PRICE, (cost_of(DOUBTFUL, PRICE), True)),
    ],
)
def test_what_cannot_be_priced_is_marked(usage: Usage, price: Any, charged: tuple[int, bool]) -> None:
    assert charge(usage, price) == charged


# B2: never a silent nothing
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    ("usage", "source", "cost"),
    [
        (None, "estimate", "positive"),
        ({}, "estimate", "positive"),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, "estimate", "positive"),
        ({"prompt_tokens": -5, "completion_tokens": 10**15}, "provider", "none"),
    ],
    ids=["missing", "empty", "zero", "absurd"],
)
@jumping
async def test_an_answer_without_usable_counts_is_unpriced(
    tmp_path: Path, streamed: bool, usage: Any, source: str, cost: str
) -> None:
    said = [] if usage is None else [event({"choices": [], "usage": usage})]
    pieces = (
        [chunk({"content": "Hello"}), chunk({}, "stop"), *said, event("[DONE]")]
        if streamed
        else [whole("Hello", usage)]
    )
    rig = Rig(tmp_path, ScriptedUpstream(Answer([*pieces])), route(deployment()))

    client = await rig.chat(stream=streamed)

    assert (client.status, rig.row["outcome"]) == (200, "ok")
    assert (rig.row["unpriced"], rig.row["usage_source"]) == (True, source)
    assert (rig.row["cost_nano"] > 0) == (cost == "positive")


@jumping
async def test_an_answer_without_a_price_is_counted_and_marked(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(Answer([whole()])), route(deployment(price=None)))
    await rig.chat()
    row = rig.row
    assert (row["unpriced"], row["cost_nano"], row["input_tokens"], row["price"]) == (True, 0, 10, None)


# B25
@pytest.mark.parametrize("streamed", [True, False])
@jumping
async def test_retries_and_fallbacks_are_one_charge_with_all_attempts(tmp_path: Path, streamed: bool) -> None:
    answer = stream("Hi") if streamed else Answer([whole()])
    upstream = ScriptedUpstream(failure(500), failure(500), failure(429), failure(429), answer)
    rig = Rig(tmp_path, upstream, route(deployment("a"), deployment("b"), deployment("c"), retries=1))

    await rig.chat(stream=streamed)

    row = rig.row
    assert (row["cost_nano"], row["deployment"], row["model"]) == (COST, "c", "model-c")
    said = [
        (attempt["deployment"], attempt["status"], attempt["error"], attempt["cost"]) for attempt in row["attempts"]
    ]
    assert said == [
        ("a", 500, "server_error", 0), ("a", 500, "server_error", 0), ("b", 429, "rate_limit", 0),
        ("b", 429, "rate_limit", 0), ("c", 200, "", COST),
    ]  # fmt: skip


@jumping
async def test_what_a_stream_used_before_it_broke_is_charged(tmp_path: Path) -> None:
    used = event({"choices": [{"delta": {"content": "x"}}], "usage": USAGE})
    rig = Rig(tmp_path, ScriptedUpstream(Answer([used, chunk({"content": "y"})])), route(deployment()))
    await rig.chat(stream=True)
    assert (rig.row["outcome"], rig.row["cost_nano"], rig.row["usage_source"]) == ("truncated", COST, "provider")


def exchange() -> Exchange:
    made = Exchange("chat", {})
    made.key, made.tenant = key(), tenant()
    return made


def test_it_is_settled_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream())
    made = exchange()
    for _ in range(3):
        settle(made, rig.journal, SilentLog())
    assert len(rig.rows) == 1


# Without a tenant there is nobody to write a row for
def test_an_unknown_caller_leaves_no_row(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream())
    made = exchange()
    made.tenant = None
    settle(made, rig.journal, SilentLog())
    assert rig.rows == []


@given(st.text(min_size=1, max_size=30))
def test_names_in_headers_end_no_header(name: str) -> None:
    made = deployment(name=name, target=Target("openai_compatible", "http://x.example", name))
    for _, value in made.headers:
        assert all(byte >= 32 and byte != 127 for byte in value)
        value.decode("latin-1")


@pytest.mark.parametrize("streamed", [True, False])
@jumping
async def test_a_model_with_an_odd_name_is_served(tmp_path: Path, streamed: bool) -> None:
    odd = deployment(target=Target("openai_compatible", "http://x.example", "modèle-日本\r\nx: y"))
    answer = stream("Hi") if streamed else Answer([whole()])
    rig = Rig(tmp_path, ScriptedUpstream(answer), route(odd))

    client = await rig.chat(stream=streamed)

    assert client.headers["x-gateway-model"] == "modèle-????x: y"
    assert rig.row["model"] == "modèle-日本\r\nx: y"


@jumping
async def test_the_cost_is_said_where_it_is_known_in_time(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(Answer([whole()]), stream("Hi")), route(deployment()))
    answered, streamed = await rig.chat(), await rig.chat(stream=True)
    assert answered.headers["x-gateway-cost"] == "0.000030000"
    assert "x-gateway-cost" not in streamed.headers
    for client in (answered, streamed):
        assert client.headers["x-gateway-attempts"] == "1"
        assert client.headers["x-gateway-deployment"] == "d1"


def test_before_any_attempt_an_answer_names_no_deployment() -> None:
    names = [name for name, _ in answer_headers(exchange())]
    assert names == [b"x-request-id", b"x-gateway-attempts"]


@jumping
async def test_a_row_names_its_caller_and_its_end_user(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path, ScriptedUpstream(Answer([whole()])), route(deployment()), tags={"cost_center": "4711"}, team="search"
    )
    await rig.call(Client(chat_body(user="ana")))
    row = rig.row
    assert (row["organization"], row["team"], row["key"], row["end_user"]) == ("acme", "search", "app", "ana")
    assert (row["tags"], row["requested_model"], row["route"]) == ({"cost_center": "4711"}, "m", "m")
