#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from gateway_platform.secrets_file import ensure_secrets


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway_platform.settings")
    if sys.argv[1:2] == ["up"]:
        ensure_secrets()  # the settings need them
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
