"""Legacy completions, straight through: a prompt goes out, texts come back."""

from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.wire.contract import Json


class OpenAICompletionsAdapter(OpenAICompatibleAdapter):
    """One attempt at a server that has `/completions`; all but the place of the text is as in a chat."""

    __slots__ = ()
    dialect = "openai_completions"
    path = "/completions"

    def _has_content(self, choices: list[Json]) -> bool:
        found = False
        for choice in choices:
            if type(choice) is not dict:
                continue
            text = choice.get("text")
            if type(text) is str and text:
                self._keep(text)
                found = True
            found = found or choice.get("finish_reason") is not None
        return found
