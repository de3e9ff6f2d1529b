"""What a client dialect is: the functions between a caller's words and the internal form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from billing.dataplane.usage import Usage
from routing.wire.contract import Call, Json
from routing.wire.failure import GatewayError


class Emitter(Protocol):
    """Writes one stream in a caller's dialect from chunks of the internal form."""

    def feed(self, chunks: Iterable[Json], usage: Usage) -> bytes:
        """The next events; empty if the chunks say nothing in this dialect. ``usage``: what is known so far."""

    def finish(self, usage: Usage) -> bytes:
        """The end of a whole answer, terminal marker included."""


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """One row of the registry."""

    name: str
    to_chat: Callable[[Json], Json]  # a request's body → the internal form; raises GatewayError (400)
    answer: Callable[[Json, Usage, Call], Json]  # an answer in the internal form → the caller's
    emitter: Callable[[Call], Emitter]
    error: Callable[[GatewayError, str], Json]  # an error and the request id → a body
    stream_error: Callable[[GatewayError, str], bytes]  # the same inside a stream
    stream_type: bytes = b"text/event-stream; charset=utf-8"  # of a stream's bytes
    # A failure's code → its HTTP status, where this dialect has a number of its own.
    statuses: Mapping[str, int] = field(default_factory=dict)
