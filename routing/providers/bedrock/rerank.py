"""Ranking documents through InvokeModel: Cohere's request and answer, for Amazon's models too.

https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-supported.html
"""

from billing.dataplane.usage import Usage
from routing.providers.bedrock.request import draft_of, outgoing
from routing.providers.bedrock.whole import Whole
from routing.wire import rerank
from routing.wire.contract import Answer, Call, Json, Outgoing, Target
from routing.wire.reading import answer_in

_READ = {"model", "query", "documents", "top_n", "return_documents"}
_API_VERSION = 2


class BedrockRerank(Whole):
    """One attempt at a ranking."""

    def build(self, call: Call, target: Target) -> Outgoing:
        draft = draft_of(call, target)
        self._asked = call.body
        self._documents = rerank.texts_in(call.body.get("documents"))
        for name, value in call.body.items():
            if name not in _READ and value is not None:
                draft.warn(f"{name} was left out: Bedrock has no such field.")
        body: Json = {"query": call.body.get("query"), "documents": self._documents}
        if call.body.get("top_n") is not None:
            body["top_n"] = call.body["top_n"]
        if draft.model.vendor == "cohere":
            body["api_version"] = _API_VERSION
        return outgoing("invoke", body, target)

    def parse(self, body: bytes) -> Answer:
        return Answer(body, rerank.answer(answer_in(body).get("results"), self._asked, model=self._asked.get("model")))

    def estimate(self) -> None:
        """Rankings are charged by the search; the tokens are only for the record."""
        read, searches = rerank.tokens_of(self._asked), rerank.searches_of(len(self._documents))
        self.usage = Usage(input_tokens=read, searches=searches, source="estimate")
