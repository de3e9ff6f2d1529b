"""Counting tokens in the process, for callers who ask it of a provider that has no count of its own. An estimate."""

from collections.abc import Mapping

import orjson

from billing.dataplane.usage import Usage
from routing.wire.contract import Answer, Call, ErrorKind, Event, Outgoing, Target, UpstreamError
from routing.wire.prompt_size import prompt_tokens


class LocalCount:
    """One attempt; nobody is asked and nothing is charged."""

    dialect = ""  # nobody's: the answer is always worded by the caller's
    failed: UpstreamError | None = None

    def __init__(self) -> None:
        self.usage = Usage()

    def build(self, call: Call, target: Target) -> Outgoing:
        return Outgoing("", answered=orjson.dumps({"input_tokens": prompt_tokens(call.chat)}))

    def parse(self, body: bytes) -> Answer:
        return Answer(body, orjson.loads(body))

    def feed(self, data: bytes) -> list[Event]:
        return []  # a count is no stream

    def finish(self) -> list[Event]:
        return []

    def estimate(self) -> None:
        """A count uses nothing."""

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return UpstreamError(ErrorKind.SERVER, "Counting failed.", status)
