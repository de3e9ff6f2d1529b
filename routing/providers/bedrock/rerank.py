"""Ranking documents through InvokeModel: Cohere's request and answer, for Amazon's models too.

https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-supported.html
"""

from typing import Any

from billing.dataplane.usage import Usage
from routing.providers.bedrock.draft import bad, objects_in
from routing.providers.bedrock.request import draft_of, outgoing
from routing.providers.bedrock.whole import Whole, answer_in, no_answer
from routing.wire.contract import Answer, Call, Json, Outgoing, Target
from routing.wire.tokens import count, text_of

_READ = {"model", "query", "documents", "top_n", "return_documents"}
_API_VERSION = 2


class BedrockRerank(Whole):
    """One attempt at a ranking."""

    def build(self, call: Call, target: Target) -> Outgoing:
        draft = draft_of(call, target)
        self._asked, given = call.body, call.body.get("documents")
        if not isinstance(given, list) or not given:
            raise bad("'documents' must be a list of documents.", "documents")
        self._documents = [_text(one) for one in given]
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
        data = answer_in(body)
        if not isinstance(data.get("results"), list):
            raise no_answer("ranking")
        results = [self._result(one) for one in objects_in(data["results"])]
        return Answer(body, {**data, "results": results})

    def _result(self, result: Json) -> Json:
        index = result.get("index")
        if self._asked.get("return_documents") and isinstance(index, int) and 0 <= index < len(self._documents):
            return {**result, "document": {"text": self._documents[index]}}
        return result

    def estimate(self) -> None:
        """Rankings are charged by the search; the tokens are only for the record."""
        read = count(text_of(self._asked.get("query"))) + count("\n".join(self._documents))
        self.usage = Usage(input_tokens=read, source="estimate")


def _text(document: Any) -> str:
    """A document is a text, or an object with one."""
    text = document.get("text") if isinstance(document, dict) else document
    if not isinstance(text, str):
        raise bad("A document is a text or an object with a text.", "documents")
    return text
