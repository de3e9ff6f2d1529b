"""Jobs that keep the ledger in order."""

from datetime import timedelta

from celery import shared_task
from django.db import connection
from django.utils import timezone

DAYS_AHEAD = 3


@shared_task
def prepare_partitions() -> None:
    """Make the partitions of today and the next days, so that no shipper finds one missing at midnight."""
    today = timezone.now().date()
    with connection.cursor() as cursor:
        for ahead in range(DAYS_AHEAD + 1):
            cursor.execute("SELECT billing_ensure_partition(%s)", [today + timedelta(days=ahead)])
