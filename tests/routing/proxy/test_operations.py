"""Moderations, rankings, counts and compactions through the data plane: checked, sent on, answered, charged."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from billing.dataplane.cost import Price, Rates
from routing.proxy.upstream import Upstream
from routing.wire.contract import Json, Target
from tests.clock import jumping
from tests.routing.proxy.parts import PRICE, SECRET, Answer, Client, Rig, ScriptedUpstream, deployment, failure, route

ASKED: Json = {"model": "m", "query": "capital", "documents": ["Paris", {"text": "Rome", "id": 7}]}
RANKED = [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}]
VOYAGE = Target("openai_compatible", "https://api.voyageai.com/v1", "rerank-2", secrets=(SECRET,))
FREE = Price(Rates(input=0, output=0), "override")


def rig(directory: Path, *answers: Any, **fields: Any) -> Rig:
    return Rig(directory, ScriptedUpstream(*(Answer([orjson.dumps(a)]) for a in answers)), route(deployment(**fields)))


def sent(made: Rig) -> Json:
    upstream = made.plane.upstream
    assert isinstance(upstream, ScriptedUpstream)
    [(_, body)] = upstream.calls
    return body


async def asked(made: Rig, path: str, body: Json) -> Client:
    return await made.call(Client(body, path))


# Rankings


@jumping
async def test_a_ranking_by_tokens(tmp_path: Path) -> None:
    made = rig(tmp_path, {"id": "r1", "model": "bge", "results": RANKED, "usage": {"total_tokens": 12}})
    client = await asked(made, "/v1/rerank", {**ASKED, "top_n": 2, "truncate_prompt_tokens": 100})
    assert client.json["results"] == RANKED
    assert (client.json["id"], client.json["usage"]["total_tokens"]) == ("r1", 12)
    assert sent(made) == {**ASKED, "model": "model-d1", "top_n": 2, "truncate_prompt_tokens": 100}
    row = made.row
    assert (row["endpoint"], row["input_tokens"], row["cost_nano"], row["unpriced"]) == ("rerank", 12, 12_000, False)


@jumping
async def test_voyage_is_asked_and_understood_in_its_own_words(tmp_path: Path) -> None:
    made = rig(tmp_path, {"object": "list", "data": RANKED, "usage": {"total_tokens": 5}}, target=VOYAGE)
    client = await asked(made, "/v1/rerank", {**ASKED, "top_n": 2, "return_documents": True, "user": "u"})
    documents = [result["document"] for result in client.json["results"]]
    assert documents == [{"text": "Rome", "id": 7}, {"text": "Paris"}]
    body = sent(made)
    assert (body["documents"], body["top_k"]) == (["Paris", "Rome"], 2)
    assert "top_n" not in body
    assert "user" not in body


SEARCH = {"results": RANKED, "meta": {"billed_units": {"search_units": 2}}}


@pytest.mark.parametrize(
    ("price", "cost", "unpriced"),
    [
        (Price(Rates(0, 0), "override", per_search=2_000_000), 4_000_000, False),
        (PRICE, 0, True),  # tokens have a price, searches have none
        (None, 0, True),
        (FREE, 0, False),
    ],
)
@jumping
async def test_a_ranking_by_searches(tmp_path: Path, price: Price | None, cost: int, unpriced: bool) -> None:
    made = rig(tmp_path, SEARCH, price=price)
    client = await asked(made, "/v1/rerank", ASKED)
    assert client.json["meta"] == {"billed_units": {"search_units": 2}}
    assert (made.row["cost_nano"], made.row["unpriced"]) == (cost, unpriced)


@jumping
async def test_a_ranking_without_usage_is_an_estimate(tmp_path: Path) -> None:
    made = rig(tmp_path, {"results": RANKED})
    await asked(made, "/v1/rerank", ASKED)
    assert (made.row["usage_source"], made.row["unpriced"]) == ("estimate", True)
    assert made.row["input_tokens"] > 2


@pytest.mark.parametrize("results", [None, {}, [1], [{"index": "0", "relevance_score": 1}], [{"index": 0}]])
@jumping
async def test_what_is_no_ranking_is_the_provider_s_failure(tmp_path: Path, results: Any) -> None:
    client = await asked(rig(tmp_path, {"results": results}), "/v1/rerank", ASKED)
    assert (client.status, client.error["code"]) == (502, "server_error")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("query", ""),
        ("query", 1),
        ("documents", []),
        ("documents", "a"),
        ("documents", [{"title": "a"}]),
        ("top_n", 0),
        ("top_n", True),
        ("return_documents", "yes"),
        ("model", None),
    ],
)
@jumping
async def test_a_ranking_s_fields_are_checked(tmp_path: Path, field: str, value: Any) -> None:
    client = await asked(rig(tmp_path), "/v1/rerank", {**ASKED, field: value})
    assert (client.status, client.error["type"], client.error["param"]) == (400, "invalid_request_error", field)


@jumping
async def test_errors_are_in_openai_s_words(tmp_path: Path) -> None:
    made = Rig(tmp_path, ScriptedUpstream(failure(429, {"retry-after": "3"}, "Slow down.")), route(deployment()))
    client = await asked(made, "/v1/rerank", ASKED)
    assert (client.status, client.error["type"], client.headers["retry-after"]) == (429, "rate_limit_error", "3")


@jumping
async def test_a_provider_without_rankings_says_so(tmp_path: Path) -> None:
    made = rig(tmp_path, kind="anthropic")
    client = await asked(made, "/v1/rerank", ASKED)
    assert (client.status, client.error["code"]) == (400, "unsupported")
    assert "rerank" in client.error["message"]


@jumping
async def test_a_key_may_be_kept_from_rankings(tmp_path: Path) -> None:
    made = Rig(tmp_path, ScriptedUpstream(), route(deployment()), endpoints=("chat", "moderations"))
    client = await asked(made, "/v1/rerank", ASKED)
    assert client.status == 403


# Moderations

JUDGED = {"id": "modr-1", "model": "omni-moderation-latest", "results": [{"flagged": False}]}
PARTS = [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]


@pytest.mark.parametrize("given", ["Hi", ["Hi", "Ho"], PARTS])
@jumping
async def test_a_moderation_goes_straight_through(tmp_path: Path, given: Any) -> None:
    made = rig(tmp_path, JUDGED, kind="openai", price=FREE)
    client = await asked(made, "/v1/moderations", {"model": "m", "input": given})
    assert client.body == orjson.dumps(JUDGED)
    assert sent(made) == {"model": "model-d1", "input": given}
    row = made.row
    assert (row["endpoint"], row["cost_nano"], row["unpriced"], row["usage_source"]) == (
        "moderations",
        0,
        False,
        "estimate",
    )


@jumping
async def test_a_moderation_without_a_price_is_unpriced(tmp_path: Path) -> None:
    made = rig(tmp_path, JUDGED, kind="openai", price=None)
    await asked(made, "/v1/moderations", {"model": "m", "input": "Hi"})
    assert (made.row["cost_nano"], made.row["unpriced"]) == (0, True)


@jumping
async def test_a_moderation_that_names_no_model_means_openai_s(tmp_path: Path) -> None:
    client = await asked(rig(tmp_path), "/v1/moderations", {"input": "Hi"})
    assert client.status == 404
    assert "omni-moderation-latest" in client.error["message"]


@pytest.mark.parametrize("body", [{"model": "m"}, {"model": "m", "input": 1}, {"model": "m", "input": {}}])
@jumping
async def test_a_moderation_needs_its_input(tmp_path: Path, body: Json) -> None:
    client = await asked(rig(tmp_path), "/v1/moderations", body)
    assert (client.status, client.error["param"]) == (400, "input")


# The Responses API beside its answers

INPUT: Json = {"model": "m", "input": "Hello", "instructions": "Be brief.", "tools": []}


@jumping
async def test_input_tokens_are_counted_by_openai(tmp_path: Path) -> None:
    counted = {"object": "response.input_tokens", "input_tokens": 11}
    made = rig(tmp_path, counted, kind="openai")
    client = await asked(made, "/v1/responses/input_tokens", {**INPUT, "temperature": 1, "store": True})
    assert client.body == orjson.dumps(counted)
    assert sent(made) == {**INPUT, "model": "model-d1"}
    assert (made.row["endpoint"], made.row["cost_nano"], made.row["unpriced"]) == ("responses", 0, False)


@jumping
async def test_openai_counts_for_callers_of_other_dialects_too(tmp_path: Path) -> None:
    made = rig(tmp_path, {"object": "response.input_tokens", "input_tokens": 11}, kind="openai")
    body = {"model": "m", "max_tokens": 5, "stop_sequences": ["x"], "messages": [{"role": "user", "content": "Hello"}]}
    client = await asked(made, "/v1/messages/count_tokens", body)
    assert client.json == {"input_tokens": 11}
    assert sent(made).keys() == {"model", "input"}


@jumping
async def test_elsewhere_input_tokens_are_estimated(tmp_path: Path) -> None:
    made = Rig(tmp_path, Upstream(allow_private=False), route(deployment()))
    client = await asked(made, "/v1/responses/input_tokens", INPUT)
    await made.plane.upstream.close()
    assert client.json.keys() == {"object", "input_tokens"}
    assert client.json["object"] == "response.input_tokens"
    assert client.json["input_tokens"] > 3


COMPACTED = {
    "id": "resp_1",
    "object": "response.compaction",
    "output": [{"type": "compaction", "encrypted_content": "gAAA"}],
    "usage": {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110},
}


@jumping
async def test_a_conversation_is_compacted_by_openai(tmp_path: Path) -> None:
    made = rig(tmp_path, COMPACTED, kind="openai")
    client = await asked(made, "/v1/responses/compact", INPUT)
    assert client.body == orjson.dumps(COMPACTED)
    assert sent(made) == {**INPUT, "model": "model-d1"}
    assert (made.row["input_tokens"], made.row["output_tokens"], made.row["cost_nano"]) == (100, 10, 140_000)


@jumping
async def test_others_compact_nothing(tmp_path: Path) -> None:
    client = await asked(rig(tmp_path), "/v1/responses/compact", INPUT)
    assert (client.status, client.error["code"]) == (400, "unsupported")
    nothing = await asked(rig(tmp_path / "b"), "/v1/responses/compact", {"model": "m"})
    assert (nothing.status, nothing.error["param"]) == (400, "input")
