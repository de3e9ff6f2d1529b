"""Claude on Google's Vertex AI: Anthropic's own words, with the model and the kind of call in the path.

https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
"""

from urllib.parse import quote

from routing.providers.anthropic import request
from routing.providers.anthropic.adapter import AnthropicAdapter
from routing.providers.anthropic.draft import Draft
from routing.wire.contract import Call, Outgoing, Target
from routing.wire.reading import written
from routing.wire.vertex import vertex_model

VERSION = "vertex-2023-10-16"
COUNTER = "count-tokens"  # a model of its own, told in its body whose tokens it is to count


class VertexClaudeAdapter(AnthropicAdapter):
    """One attempt, as at Anthropic itself but for the way there."""

    __slots__ = ()

    def _request(self, call: Call, target: Target) -> tuple[Outgoing, Draft]:
        draft = Draft(call.warnings)
        body = {"anthropic_version": VERSION, **request.body_of(call, target, draft)}
        name, method = target.model, "streamRawPredict" if call.stream else "rawPredict"
        if call.operation == "count_tokens":
            name, body["model"] = COUNTER, target.model.rpartition("/")[2]
        else:
            del body["model"]
        path = f"{vertex_model(quote(name, safe='/:@'), target, 'anthropic')}:{method}"
        headers = [each for each in request.headers_of(call.headers, target, draft) if each[0] != "anthropic-version"]
        return Outgoing(path, written(body), headers), draft
