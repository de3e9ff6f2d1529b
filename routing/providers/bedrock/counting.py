"""Counting the tokens of a prompt. Bedrock does so for Claude; for other models we count ourselves.

https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace

from routing.providers.bedrock.claude import body_of
from routing.providers.bedrock.draft import Draft
from routing.providers.bedrock.model import without_region
from routing.providers.bedrock.request import draft_of, outgoing, prompt
from routing.providers.bedrock.whole import Whole
from routing.wire import json_text
from routing.wire.anthropic import DIALECT
from routing.wire.contract import Answer, Call, Json, Outgoing, Target
from routing.wire.prompt_size import prompt_tokens
from routing.wire.reading import answer_in, no_answer, written


class BedrockCount(Whole):
    """One attempt at a count. It is free of charge, so no usage comes of it."""

    def build(self, call: Call, target: Target) -> Outgoing:
        draft = draft_of(call, target)
        if not draft.model.may_be_claude:
            return Outgoing("", answered=json_text.write({"inputTokens": prompt_tokens(call.chat)}))
        body = {"input": _claude(call, target, draft) if call.dialect == DIALECT else _converse(call, draft)}
        return outgoing("count-tokens", body, replace(target, model=without_region(target.model)))

    def read_headers(self, headers: Mapping[str, str]) -> None:
        """Nothing was used."""

    def parse(self, body: bytes) -> Answer:
        tokens = answer_in(body).get("inputTokens")
        if type(tokens) is not int:
            raise no_answer("count")
        return Answer(body, {"input_tokens": tokens})

    def estimate(self) -> None:
        """Nothing was used."""


def _converse(call: Call, draft: Draft) -> Json:
    return {"converse": prompt(call.chat, draft)}


def _claude(call: Call, target: Target, draft: Draft) -> Json:
    """Anthropic's own request, which must name a limit here though nothing is written."""
    body = {"max_tokens": 1, **body_of(call, target, draft)}
    return {"invokeModel": {"body": b64encode(written(body)).decode()}}
