"""Runs the whole product on this machine until Ctrl-C: `make up`, `python -m gateway_platform.up`, `manage.py up`.

PostgreSQL and Redis are the embedded ones unless DATABASE_URL and REDIS_URL name others. Django is not loaded here:
that would cost every start two seconds, and the supervisor memory for as long as it runs.
"""

import sys

from django.core.exceptions import ImproperlyConfigured

from gateway_platform.embedded.process import EmbeddedServerError
from gateway_platform.installation import Installation, StartError
from gateway_platform.secrets_file import ensure_secrets


def main() -> None:
    """Run it. Ends the program with one line where it cannot start."""
    ensure_secrets()
    try:
        from gateway_platform import settings  # reads the secrets
    except (ValueError, ImproperlyConfigured) as error:
        sys.exit(f"error: a setting in the environment is wrong: {error}")
    installation = Installation(
        settings.VAR_DIR,
        host=settings.BIND,
        port=settings.PORT,
        web_workers=settings.WEB_WORKERS,
        shutdown_grace=settings.SHUTDOWN_GRACE,
    )
    try:
        installation.run()
    except (StartError, EmbeddedServerError) as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        sys.exit(f"error: {error.strerror or error}: {error.filename or settings.VAR_DIR}")


if __name__ == "__main__":
    main()
