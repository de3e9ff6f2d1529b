"""What the adapters of operations without streams have in common."""

from collections.abc import Mapping

from billing.dataplane.usage import Usage
from routing.wire.contract import Event, UpstreamError
from routing.wire.openai_errors import error_from_body


class Whole:
    """One attempt at an operation whose answer comes whole."""

    dialect = ""  # nobody's: answers are worded by the caller's
    failed: UpstreamError | None = None

    def __init__(self) -> None:
        self.usage = Usage()

    def feed(self, data: bytes) -> list[Event]:
        return []

    def finish(self) -> list[Event]:
        return []

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)
