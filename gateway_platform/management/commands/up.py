"""`manage.py up`: runs the whole product on this machine until Ctrl-C; `make up` calls it.

PostgreSQL and Redis are the embedded ones unless DATABASE_URL and REDIS_URL name others.
"""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from gateway_platform.embedded.process import EmbeddedServerError
from gateway_platform.installation import Installation, StartError


class Command(BaseCommand):
    help = "Start everything: PostgreSQL, Redis, web, jobs. Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Installation(
                settings.VAR_DIR,
                host=settings.BIND,
                port=settings.PORT,
                web_workers=settings.WEB_WORKERS,
                shutdown_grace=settings.SHUTDOWN_GRACE,
            ).run()
        except (StartError, EmbeddedServerError) as error:
            sys.exit(f"error: {error}")
        except OSError as error:
            sys.exit(f"error: {error.strerror or error}: {error.filename or settings.VAR_DIR}")
