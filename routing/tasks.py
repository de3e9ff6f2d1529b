"""Jobs of routing."""

from celery import shared_task

from routing.models import StoredResponse

BATCH = 1000  # rows a statement, so that none holds its locks for long


@shared_task
def delete_expired_responses() -> None:
    """Delete stored responses whose time is over."""
    while True:
        batch = list(StoredResponse.objects.expired().values_list("pk", flat=True)[:BATCH])
        if not batch:
            return
        StoredResponse.objects.filter(pk__in=batch).delete()
