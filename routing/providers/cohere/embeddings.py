"""Cohere's embeddings, in OpenAI's words for the caller. https://docs.cohere.com/reference/embed"""

from billing.dataplane.usage import Usage
from routing.providers.cohere.response import usage_of
from routing.wire import embeddings
from routing.wire.contract import Answer, Call, Json, Outgoing, Target
from routing.wire.reading import answer_in, object_in, written
from routing.wire.tokens import count
from routing.wire.whole import Whole

_OWN = ("input_type", "truncate", "max_tokens", "priority")
_READ = {*_OWN, "model", "input", "encoding_format", "dimensions"}


class CohereEmbeddings(Whole):
    """One attempt at embeddings of texts."""

    def build(self, call: Call, target: Target) -> Outgoing:
        self._asked, self._model = call.body, target.model
        self._texts = embeddings.texts_in(call.body.get("input"))
        body: Json = {"model": target.model, "texts": self._texts, "embedding_types": ["float"]}
        body |= {"input_type": "search_document"}  # as good a guess as any: Cohere wants to know
        body |= {name: call.body[name] for name in _OWN if call.body.get(name) is not None}
        if call.body.get("dimensions") is not None:
            body["output_dimension"] = call.body["dimensions"]
        unsaid = (name for name, value in call.body.items() if name not in _READ and value is not None)
        call.warnings += [f"'{name}' was left out." for name in unsaid]
        return Outgoing("/embed", written(body))

    def parse(self, body: bytes) -> Answer:
        data = answer_in(body)
        if (meta := object_in(data.get("meta"))).get("billed_units") is not None:
            self.usage = usage_of(meta)
        found = data.get("embeddings")
        vectors = found.get("float") if isinstance(found, dict) else found
        return Answer(body, embeddings.answer(vectors, self._asked, self._model))

    def estimate(self) -> None:
        self.usage = Usage(input_tokens=sum(map(count, self._texts)), source="estimate")
