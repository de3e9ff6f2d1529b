"""Each tenant's snapshot, loaded on first use and kept."""

from collections.abc import Awaitable, Callable

from routing.proxy.snapshot import TenantSnapshot
from tenants.dataplane.loading import SharedLoad

Loader = Callable[[int], Awaitable[TenantSnapshot | None]]


class TenantDirectory:
    """Snapshots by organisation id. A snapshot is replaced whole, by one assignment."""

    def __init__(self, load: Loader) -> None:
        self._load = load
        self._first_reads = SharedLoad(self.reload)
        self._snapshots: dict[int, TenantSnapshot] = {}

    def get(self, organization_id: int) -> TenantSnapshot | None:
        return self._snapshots.get(organization_id)

    async def find(self, organization_id: int) -> TenantSnapshot | None:
        """The snapshot from memory or the database. None: no such organisation. Raises what the loader raises."""
        snapshot = self._snapshots.get(organization_id)
        return snapshot if snapshot is not None else await self._first_reads.get(organization_id)

    async def reload(self, organization_id: int) -> TenantSnapshot | None:
        """Read it anew. If that fails, the old one stays."""
        snapshot = await self._load(organization_id)
        if snapshot is None:
            self._snapshots.pop(organization_id, None)
        else:
            self._snapshots[organization_id] = snapshot
        return snapshot

    def holds(self, organization_id: int) -> bool:
        """Whether a change to it matters here: it is in memory, or about to be."""
        return organization_id in self._snapshots or self._first_reads.is_under_way(organization_id)

    def ids(self) -> list[int]:
        return list(self._snapshots)
