"""Rankings by servers that have `/rerank`: vLLM, Jina, Together, and Voyage in words of its own.

https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#re-rank-api
https://docs.together.ai/reference/rerank, https://docs.voyageai.com/reference/reranker-api
"""

from billing.dataplane.usage import Usage, usage_from_counts, usage_from_openai
from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.providers.openai_compatible.response import object_in
from routing.wire import json_text, rerank
from routing.wire.contract import Answer, Call, ErrorKind, Json, Outgoing, Target, UpstreamError

# These call the limit otherwise, refuse fields that they do not know, and answer with `data`.
VOYAGE = ("https://api.voyageai.com/", "https://ai.mongodb.com/")


class OpenAICompatibleRerank(OpenAICompatibleAdapter):
    """One attempt at a ranking. Nothing of it is OpenAI's but its neighbourhood."""

    __slots__ = ()

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        rerank.texts_in(call.body.get("documents"))
        body = {**call.body, "model": target.model}
        if target.base_url.startswith(VOYAGE):
            body = _voyage(body)
        try:
            return Outgoing("/rerank", json_text.write(body))
        except json_text.InvalidJson:  # it reads deeper than it writes
            raise UpstreamError(ErrorKind.BAD_REQUEST, "The body is nested too deeply.", 400) from None

    def parse(self, body: bytes) -> Answer:
        data = object_in(body)
        results = data.get("results", data.get("data"))
        self.usage = _usage(data)
        answer = rerank.answer(
            results, self._call.body, self.usage.searches, id=data.get("id"), model=data.get("model", self._call.model)
        )
        return Answer(body, answer)

    def estimate(self) -> None:
        self.usage = Usage(input_tokens=rerank.tokens_of(self._call.body), source="estimate")


def _voyage(body: Json) -> Json:
    body["documents"] = rerank.texts_in(body["documents"])
    if body.get("top_n") is not None:
        body["top_k"] = body["top_n"]
    return {name: value for name, value in body.items() if name not in ("top_n", "user") and value is not None}


def _usage(data: Json) -> Usage:
    """Tokens, or searches where the server counts those."""
    if data.get("usage") is not None:
        return usage_from_openai(data["usage"])
    meta = data.get("meta")
    units = meta.get("billed_units") if isinstance(meta, dict) else None
    searches = units.get("search_units") if isinstance(units, dict) else None
    return Usage() if searches is None else usage_from_counts({"searches": searches})
