"""`manage.py plan FILE`: show what `apply` would change, and change nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gateway_platform.configuration import report
from gateway_platform.configuration.apply import plan
from gateway_platform.configuration.document import ConfigurationError


class Command(BaseCommand):
    help = "Show what `apply` would change, and change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--prune", action="store_true", help="as `apply --prune` would")

    def handle(self, *args: Any, file: Path, prune: bool, **options: Any) -> None:
        try:
            changes = plan(file, prune=prune)
        except ConfigurationError as error:
            raise CommandError(str(error)) from None
        for line in report.lines(changes):
            self.stdout.write(line)
        self.stdout.write(f"Would be: {report.summary(changes)}." if changes else "No changes.")
