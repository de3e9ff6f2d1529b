"""`manage.py prepare`: brings the database up to date and makes the demo; run at every start."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from gateway_platform.seed import seed


class Command(BaseCommand):
    help = "Migrate the database and make the demo organisation. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=f"http://localhost:{settings.PORT}")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        seed(settings.VAR_DIR / "quickstart.env", options["url"], os.environ.get("LOCAL_MODEL_URL"))
