"""`manage.py up`: the same as `make up`, without installing anything first."""

from typing import Any

from django.core.management.base import BaseCommand

from gateway_platform.up import main


class Command(BaseCommand):
    help = "Run everything until Ctrl-C: PostgreSQL, Redis, web, jobs."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        main()
