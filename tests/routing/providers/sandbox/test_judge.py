"""The sandbox's moderations and rankings."""

import orjson

from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.providers.openai_compatible.rerank import OpenAICompatibleRerank
from routing.providers.sandbox.answer import answer
from routing.wire.contract import Adapter, Call, Json, Outgoing, Target

TARGET = Target("sandbox", "", "any")


def asked(adapter: Adapter, operation: str, **body: object) -> Json:
    outgoing = adapter.build(Call(operation, "openai_chat", body, "any"), TARGET)
    [(_, raw)] = answer(outgoing).pieces
    found: Json = adapter.parse(raw).chat or orjson.loads(raw)
    return found


def test_a_moderation_flags_what_asks_for_it() -> None:
    made = asked(OpenAICompatibleAdapter(), "moderations", input=["Hello", "Hello, sandbox:flag"])
    assert [result["flagged"] for result in made["results"]] == [False, True]
    assert made["results"][1]["categories"]["violence"] is True
    parts = [{"type": "text", "text": "sandbox:flag"}, {"type": "image_url", "image_url": {"url": "https://x"}}]
    assert len(asked(OpenAICompatibleAdapter(), "moderations", input=parts)["results"]) == 1


def test_a_ranking_goes_by_shared_words() -> None:
    adapter = OpenAICompatibleRerank()
    made = asked(adapter, "rerank", query="red fox", documents=["a dog", "a Red fox", "red"], top_n=2)
    assert [(result["index"], result["relevance_score"]) for result in made["results"]] == [(1, 1.0), (2, 0.5)]
    assert adapter.usage.input_tokens > 3


def test_a_bad_document_is_refused() -> None:
    assert answer(Outgoing("/rerank", b'{"query": "a", "documents": [1]}')).status == 400
