"""Stored responses, as the data plane knows them.

An answer of the Responses API is kept unless its caller says `store: false`: by the provider where it has a store of
its own, of which we remember only who owns the id, else by us. https://platform.openai.com/docs/guides/conversation-state
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from routing.proxy.snapshot import DeploymentRecord
from routing.wire.contract import Json

KEPT_SECONDS = 30 * 86_400
MAX_ID = 200  # characters


def is_id(value: object) -> bool:
    """Whether it may be the id of anything."""
    return isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable()


class StoreUnavailable(Exception):
    """The database does not answer."""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One response of one organisation. ``body`` and ``items`` are empty where the provider keeps them."""

    organization_id: int
    response_id: str
    previous_id: str | None = None
    deployment_id: int | None = None
    at_provider: bool = False
    body: Json = field(default_factory=dict)  # the Response object
    items: Sequence[Json] = ()  # its own input, without that of the responses before it
    item_ids: Sequence[str] = ()  # of its output


class ResponseStore(Protocol):
    """Reads and writes within one organisation. Every method raises `StoreUnavailable`."""

    async def get(self, organization_id: int, response_id: str) -> StoredResponse | None: ...

    async def chain(self, organization_id: int, response_id: str, limit: int) -> list[StoredResponse]:
        """A response and those before it, the first one first; cut off where they take more than ``limit`` bytes."""

    async def with_items(self, organization_id: int, item_ids: Sequence[str]) -> list[StoredResponse]:
        """The responses that any of these items is of."""

    async def put(self, response: StoredResponse) -> None:
        """Keep it, and all that it continues, for ``KEPT_SECONDS`` from now."""

    async def delete(self, organization_id: int, response_id: str) -> bool:
        """Whether there was one."""


@dataclass(slots=True)
class Recall:
    """What a request of the Responses API continues, and what is to be kept of it."""

    store: bool  # its answer is to be kept
    items: Sequence[Json]  # its own input
    previous_id: str | None = None
    holder: DeploymentRecord | None = None  # only its provider holds what the request continues
