"""The API key's own format: a prefix that secret scanners know, 32 random characters, a checksum.

`gw-live-` or `gw-test-`, then base62; the last six characters are the CRC32 of all before them, so that a
scanner can tell a real key from a look-alike without asking anyone. Only the SHA-256 of a key is ever stored.
"""

import hashlib
import secrets
import string
import zlib

from django.core.exceptions import ValidationError

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH = 32  # 190 bits
CHECKSUM_LENGTH = 6  # enough for 32 bits
PREFIXES = {"live": "gw-live-", "test": "gw-test-"}
IMPORT_MIN_LENGTH = 16
IMPORT_MAX_LENGTH = 512


def make(kind: str) -> str:
    """A new key of the kind "live" or "test"."""
    body = PREFIXES[kind] + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + _checksum(body)


def has_valid_checksum(value: str) -> bool:
    """Whether this has the form of a key that `make` made."""
    body, checksum = value[:-CHECKSUM_LENGTH], value[-CHECKSUM_LENGTH:]
    if not body.startswith(tuple(PREFIXES.values())) or not value.isascii():
        return False
    return len(body) == len(PREFIXES["live"]) + RANDOM_LENGTH and checksum == _checksum(body)


def digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


def hint(value: str) -> str:
    """The beginning of a key: enough to tell it from others, far too little to use it."""
    shown = len(PREFIXES["live"]) + 4 if value.startswith(tuple(PREFIXES.values())) else 4
    return value[:shown] + "…"


def check_importable(value: str) -> None:
    """A known key of another system may have any form that fits into a header. Raises ValidationError."""
    if not IMPORT_MIN_LENGTH <= len(value) <= IMPORT_MAX_LENGTH:
        raise ValidationError({"value": f"A key has {IMPORT_MIN_LENGTH} to {IMPORT_MAX_LENGTH} characters."})
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValidationError({"value": "A key is made of visible ASCII characters, without spaces."})


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, index = divmod(number, len(ALPHABET))
        digits = ALPHABET[index] + digits
    return digits
