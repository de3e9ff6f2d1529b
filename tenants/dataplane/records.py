"""What the data plane knows of a caller: frozen, loaded from the control plane, never written."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrganizationRecord:
    id: int
    slug: str
    content_logging: str  # off | metadata | full


@dataclass(frozen=True, slots=True, eq=False)
class KeyRecord:
    """One API key. ``routes`` and ``endpoints``: None allows all, empty allows none.

    A record is itself and no other: one that was read anew is another one, whatever it says.
    """

    id: int
    digest: bytes  # SHA-256
    name: str
    kind: str  # live | test (sandbox only)
    organization_id: int
    team_id: int | None
    team: str
    routes: tuple[str, ...] | None
    endpoints: frozenset[str] | None
    expires_at: float | None  # seconds since the epoch
    blocked: bool
    tags: Mapping[str, str]
