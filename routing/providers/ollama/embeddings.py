"""Ollama's embeddings, in OpenAI's words for the caller. https://docs.ollama.com/api/embed"""

from billing.dataplane.usage import Usage, usage_from_counts
from routing.wire import embeddings
from routing.wire.contract import Answer, Call, Json, Outgoing, Target
from routing.wire.reading import answer_in, written
from routing.wire.tokens import count
from routing.wire.whole import Whole

_OWN = ("truncate", "dimensions", "keep_alive", "options")
_READ = {*_OWN, "model", "input", "encoding_format"}


class OllamaEmbeddings(Whole):
    """One attempt at embeddings of texts."""

    def build(self, call: Call, target: Target) -> Outgoing:
        self._asked, self._model = call.body, target.model
        self._texts = embeddings.texts_in(call.body.get("input"))
        own: Json = {name: call.body[name] for name in _OWN if call.body.get(name) is not None}
        unsaid = (name for name, value in call.body.items() if name not in _READ and value is not None)
        call.warnings += [f"'{name}' was left out." for name in unsaid]
        return Outgoing("/embed", written({"model": target.model, "input": self._texts, **own}))

    def parse(self, body: bytes) -> Answer:
        data = answer_in(body)
        if data.get("prompt_eval_count") is not None:
            self.usage = usage_from_counts({"input_tokens": data["prompt_eval_count"]})
        return Answer(body, embeddings.answer(data.get("embeddings"), self._asked, self._model))

    def estimate(self) -> None:
        self.usage = Usage(input_tokens=sum(map(count, self._texts)), source="estimate")
