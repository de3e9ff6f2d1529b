"""Organisations and keys as the data plane reads them."""

from collections.abc import Iterable

from tenants.dataplane.records import KeyRecord, OrganizationRecord
from tenants.models import ApiKey, Organization


def organization_record(organization: Organization) -> OrganizationRecord:
    return OrganizationRecord(id=organization.pk, slug=organization.slug, content_logging=organization.content_logging)


def key_records(digests: Iterable[bytes]) -> list[KeyRecord]:
    """Those of the digests that are keys and not revoked. Blocked and expired ones are told apart at each request."""
    keys = ApiKey.objects.filter(digest__in=list(digests), revoked_at=None).select_related("team")
    return [_key_record(key) for key in keys]


def _key_record(key: ApiKey) -> KeyRecord:
    return KeyRecord(
        id=key.pk,
        digest=bytes(key.digest),
        name=key.name,
        kind=key.kind,
        organization_id=key.organization_id,
        team_id=key.team_id,
        team=key.team.slug if key.team else "",
        routes=None if key.routes is None else tuple(key.routes),
        endpoints=None if key.endpoints is None else frozenset(key.endpoints),
        expires_at=key.expires_at.timestamp() if key.expires_at else None,
        blocked=key.blocked,
        tags=key.tags,
    )
