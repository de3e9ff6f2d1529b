"""`manage.py rotate_credentials`: between adding a new encryption key and dropping the old one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing.encryption import DecryptionError
from routing.services import rotate_credentials


class Command(BaseCommand):
    help = "Encrypt every provider credential anew, with the first of ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rotate_credentials(actor=None)
        except DecryptionError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{count} credentials are under the first key now.")
