"""The secrets that a new installation needs, made at the first start and kept in VAR_DIR/secrets.env.

No Django here: the settings read that file, so it must be there before them.
"""

import os
import secrets
import sys
from pathlib import Path

from cryptography.fernet import Fernet

NAMES = ("SECRET_KEY", "ENCRYPTION_KEYS")


def ensure_secrets() -> None:
    """Write the file unless it is there or the environment names every secret itself.

    Ends the program with one line where the directory cannot be written.
    """
    var_dir = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parent.parent / "var")
    file = var_dir / "secrets.env"
    if file.exists() or all(os.environ.get(name) for name in NAMES):
        return
    lines = {"SECRET_KEY": secrets.token_urlsafe(48), "ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        write_private(file, lines)
    except OSError as error:
        sys.exit(f"error: cannot write {file}: {error.strerror}")


def write_private(file: Path, lines: dict[str, str]) -> None:
    """Write NAME=value lines that only the owner may read, in one step: never half a file."""
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{name}={value}\n" for name, value in lines.items())
    fresh.replace(file)


def read_lines(file: Path) -> dict[str, str]:
    """The NAME=value lines of such a file; nothing where there is none."""
    if not file.exists():
        return {}
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
