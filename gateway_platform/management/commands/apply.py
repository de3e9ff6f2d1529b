"""`manage.py apply FILE`: make the platform as a configuration file says (docs/configuration.md)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gateway_platform.configuration import report
from gateway_platform.configuration.apply import apply
from gateway_platform.configuration.document import ConfigurationError


class Command(BaseCommand):
    help = "Make the platform as a configuration file says: all of it or, on an error, none of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--prune", action="store_true", help="also remove what the file's sections do not list")

    def handle(self, *args: Any, file: Path, prune: bool, **options: Any) -> None:
        try:
            applied = apply(file, prune=prune)
        except ConfigurationError as error:
            raise CommandError(str(error)) from None
        for line in report.lines(applied.changes):
            self.stdout.write(line)
        self.stdout.write(report.summary(applied.changes) if applied.changes else "No changes.")
        for key in applied.made:
            self.stdout.write(f"Key {key.organization}/{key.name}, shown only now: {key.value}")
