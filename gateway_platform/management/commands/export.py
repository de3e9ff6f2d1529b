"""`manage.py export`: write what the platform holds as a configuration file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gateway_platform.configuration.export import export
from tenants.models import Organization


class Command(BaseCommand):
    help = "Write what the platform holds as a configuration file, without secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this one; otherwise all")

    def handle(self, *args: Any, organization: str | None, **options: Any) -> None:
        organizations = Organization.objects.order_by("slug")
        if organization:
            organizations = organizations.filter(slug=organization)
            if not organizations:
                raise CommandError(f"There is no organisation {organization}.")
        self.stdout.write(export(organizations), ending="")
