"""Stored responses: what is kept for callers, no configuration, so neither audited nor announced."""

from routing.models import StoredResponse

BATCH = 1000  # rows a statement, so that none holds its locks for long


def delete_expired_responses() -> None:
    """Delete those whose time is over."""
    while True:
        batch = list(StoredResponse.objects.expired().values_list("pk", flat=True)[:BATCH])
        if not batch:
            return
        StoredResponse.objects.filter(pk__in=batch).delete()
