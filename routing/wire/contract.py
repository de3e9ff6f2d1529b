"""The words that the proxy, the adapters and the signers share.

An adapter is made anew for each attempt and holds that attempt's stream state. It is pure: bytes and dictionaries in,
bytes and dictionaries out. The internal form of a chat is OpenAI's chat-completions shape, as plain dictionaries.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Protocol

from billing.dataplane.usage import Usage

Headers = list[tuple[str, str]]
Json = dict[str, Any]


class ErrorKind(Enum):
    """Why an attempt failed, in words that decide what happens next."""

    RATE_LIMIT = "rate_limit"
    OVERLOADED = "overloaded"
    SERVER = "server_error"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    TRUNCATED = "truncated_stream"
    AUTH = "provider_auth"
    NOT_FOUND = "model_not_found"
    CONTEXT_LENGTH = "context_length_exceeded"
    CONTENT_FILTER = "content_filter"
    UNSUPPORTED = "unsupported"  # this provider cannot do it; another may
    BAD_REQUEST = "bad_request"


# Worth another try on the same deployment.
RETRIED = frozenset({
    ErrorKind.RATE_LIMIT, ErrorKind.OVERLOADED, ErrorKind.SERVER,
    ErrorKind.TIMEOUT, ErrorKind.CONNECTION, ErrorKind.TRUNCATED,
})  # fmt: skip
# The request itself is at fault: no deployment would do better.
FINAL = frozenset({ErrorKind.BAD_REQUEST})


@dataclass(eq=False)
class UpstreamError(Exception):
    """A failed attempt. ``message`` is the provider's own where the caller can use it; it never holds a secret."""

    kind: ErrorKind
    message: str
    status: int | None = None  # the provider's HTTP status, None if there was none
    retry_after: float | None = None  # seconds
    code: str | None = None  # the provider's own code
    param: str | None = None


class TruncatedStream(Exception):
    """The provider's stream ended without its terminal marker."""


@dataclass(frozen=True, slots=True)
class Target:
    """A model at an address: what an adapter builds for and a signer signs for."""

    kind: str  # a row of the registry
    base_url: str
    model: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)  # region, project, api_version, …: as the kind needs


@dataclass(eq=False)
class Call:
    """What the caller wants. ``body`` is the caller's own, in its own dialect; nobody changes it.

    ``chat`` is the same request in the internal form (routing/wire/chat.py), made when first asked for.
    """

    operation: str  # chat | embeddings | moderations | rerank | count_tokens | compact
    dialect: str  # a row of routing/wire/dialects/registry.py
    body: Json
    model: str
    stream: bool = False
    wants_usage: bool = False  # the caller of an OpenAI stream asked for the chunk with usage
    headers: Mapping[str, str] = field(default_factory=dict)  # of the caller's, those that a provider may see
    to_chat: Callable[[Json], Json] = field(default=lambda body: body)
    warnings: list[str] = field(default_factory=list)  # what could not be said to the provider; told in a header
    notes: Json = field(default_factory=dict)  # what the caller's dialect wants again for its answer

    @cached_property
    def chat(self) -> Json:
        """The internal form. Raises `GatewayError` (400) for what cannot be understood."""
        chat = self.to_chat(self.body)
        if chat is not self.body:
            self.warnings += chat.pop("warnings", ())
        return chat


@dataclass(slots=True)
class Outgoing:
    """A request as it will go out, unsigned until the signer has added its headers."""

    path: str
    body: bytes = b""
    headers: Headers = field(default_factory=list)
    method: str = "POST"
    answered: bytes | None = None  # the answer itself, where nobody needs to be asked


@dataclass(slots=True)
class Answer:
    """A whole answer: the provider's own bytes, and the internal form where the caller speaks another dialect."""

    raw: bytes
    chat: Json | None = None


class Event:
    """One piece of a streamed answer.

    ``raw``: the bytes to send on to a caller of the same dialect. ``chunks``: the same in the internal form, for
    callers of other dialects. ``content``: something of the answer itself, not only its frame. ``usage_only``: the
    extra chunk with usage, stripped where the caller did not ask for it. ``last``: the terminal marker.
    """

    __slots__ = ("chunks", "content", "last", "raw", "usage_only")

    def __init__(
        self,
        raw: bytes,
        chunks: Sequence[Json] = (),
        content: bool = False,
        usage_only: bool = False,
        last: bool = False,
    ) -> None:
        self.raw, self.chunks = raw, chunks
        self.content, self.usage_only, self.last = content, usage_only, last


class Adapter(Protocol):
    """One provider dialect, for one attempt. Where ``dialect`` is the call's, its bytes go through untouched."""

    dialect: str
    usage: Usage

    @property
    def failed(self) -> UpstreamError | None:
        """An in-band error; nothing that follows it is fed."""

    def build(self, call: Call, target: Target) -> Outgoing:
        """The request to send. Raises `UpstreamError` (BAD_REQUEST) for what cannot be said in this dialect."""

    def parse(self, body: bytes) -> Answer:
        """A whole, successful answer. Sets ``usage``. Raises `UpstreamError` for what is no answer."""

    def feed(self, data: bytes) -> list[Event]:
        """The next bytes of a stream, cut anywhere. An in-band error ends it and is left in ``failed``.

        Raises `UpstreamError` for what is no stream at all.
        """

    def finish(self) -> list[Event]:
        """The stream has ended: what is left. Raises `TruncatedStream` without a terminal marker."""

    def estimate(self) -> None:
        """Set ``usage`` by counting what was sent and received; for when the provider has not said it."""

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        """What a failed answer means."""


class ReadsHeaders:
    """An adapter whose provider says in headers what it says nowhere else, such as usage.

    A base and no protocol: to ask whether an adapter is one must cost nothing.
    """

    def read_headers(self, headers: Mapping[str, str]) -> None:
        """Of a whole, successful answer, before `parse`."""
        raise NotImplementedError
