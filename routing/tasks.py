"""Jobs of routing."""

from celery import shared_task

from routing.services import stored


@shared_task
def delete_expired_responses() -> None:
    """Delete stored responses whose time is over."""
    stored.delete_expired_responses()
