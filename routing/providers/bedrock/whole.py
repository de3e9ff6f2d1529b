"""What the adapters of operations without streams have in common."""

from collections.abc import Mapping
from typing import Any

from billing.dataplane.usage import Usage, usage_from_counts
from routing.providers.bedrock.errors import error_from_answer
from routing.wire import json_text
from routing.wire.contract import ErrorKind, Event, Json, ReadsHeaders, UpstreamError

INPUT_TOKENS = "x-amzn-bedrock-input-token-count"


class Whole(ReadsHeaders):
    """An operation of InvokeModel or CountTokens. Some models tell what they used in a header alone."""

    dialect = "bedrock_invoke"
    failed: UpstreamError | None = None

    def __init__(self) -> None:
        self.usage = Usage()

    def read_headers(self, headers: Mapping[str, str]) -> None:
        counted = headers.get(INPUT_TOKENS, "")
        if counted.isdecimal():
            self.usage = usage_from_counts({"input_tokens": int(counted)})

    def feed(self, data: bytes) -> list[Event]:
        return []

    def finish(self) -> list[Event]:
        return []

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_answer(status, headers, body)


def answer_in(body: bytes) -> Json:
    """A whole answer. Raises `UpstreamError` for what is no JSON object."""
    try:
        data: Any = json_text.read(body)
    except json_text.InvalidJson:
        data = None
    if not isinstance(data, dict):
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is no JSON object.", 200)
    return data


def no_answer(what: str) -> UpstreamError:
    return UpstreamError(ErrorKind.SERVER, f"The provider's answer holds no {what}.", 200)
