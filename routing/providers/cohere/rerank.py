"""Cohere's rankings, charged by the search. https://docs.cohere.com/reference/rerank"""

from billing.dataplane.usage import Usage
from routing.providers.cohere.response import usage_of
from routing.wire import rerank
from routing.wire.contract import Answer, Call, Json, Outgoing, Target
from routing.wire.reading import answer_in, object_in, written
from routing.wire.whole import Whole

_OWN = ("query", "top_n", "max_tokens_per_doc", "priority")
_READ = {*_OWN, "model", "documents", "return_documents"}


class CohereRerank(Whole):
    """One attempt at a ranking."""

    def build(self, call: Call, target: Target) -> Outgoing:
        self._asked = call.body
        self._texts = rerank.texts_in(call.body.get("documents"))
        body: Json = {"model": target.model, "documents": self._texts}
        body |= {name: call.body[name] for name in _OWN if call.body.get(name) is not None}
        unsaid = (name for name, value in call.body.items() if name not in _READ and value is not None)
        call.warnings += [f"'{name}' was left out." for name in unsaid]
        return Outgoing("/rerank", written(body))

    def parse(self, body: bytes) -> Answer:
        data = answer_in(body)
        if (meta := object_in(data.get("meta"))).get("billed_units") is not None:
            self.usage = usage_of(meta)
        model = self._asked.get("model")
        told = rerank.answer(data.get("results"), self._asked, self.usage.searches, id=data.get("id"), model=model)
        return Answer(body, told)

    def estimate(self) -> None:
        read, searches = rerank.tokens_of(self._asked), rerank.searches_of(len(self._texts))
        self.usage = Usage(input_tokens=read, searches=searches, source="estimate")
