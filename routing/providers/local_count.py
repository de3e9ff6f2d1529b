"""Counting tokens in the process, for callers who ask it of a provider that has no count of its own. An estimate."""

from collections.abc import Mapping

from billing.dataplane.usage import Usage
from routing.wire import json_text
from routing.wire.contract import Answer, Call, ErrorKind, Event, Outgoing, Target, UpstreamError
from routing.wire.prompt_size import prompt_tokens


class LocalCount:
    """One attempt; nobody is asked and nothing is charged."""

    dialect = ""  # nobody's: the answer is always worded by the caller's
    failed: UpstreamError | None = None

    def __init__(self) -> None:
        self.usage = Usage()

    def build(self, call: Call, target: Target) -> Outgoing:
        return Outgoing("", answered=json_text.write({"input_tokens": prompt_tokens(call.chat)}))

    def parse(self, body: bytes) -> Answer:
        return Answer(body, json_text.read(body))

    def feed(self, data: bytes) -> list[Event]:
        return []  # a count is no stream

    def finish(self) -> list[Event]:
        return []

    def estimate(self) -> None:
        """A count uses nothing."""

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return UpstreamError(ErrorKind.SERVER, "Counting failed.", status)
