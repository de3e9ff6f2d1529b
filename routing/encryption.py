"""Provider credentials at rest: encrypted with a key set that can be rotated.

ENCRYPTION_KEYS lists Fernet keys; the first encrypts, all decrypt. To rotate: put a new key in front, restart,
run `manage.py rotate_credentials`, then drop the old key.
"""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class DecryptionError(Exception):
    """No key of the set opens this credential."""

    def __init__(self) -> None:
        super().__init__("None of ENCRYPTION_KEYS opens this credential; was a key dropped too early?")


def encrypt(secret: str) -> bytes:
    return _key_set().encrypt(secret.encode())


def decrypt(encrypted: bytes | memoryview) -> str:
    try:
        return _key_set().decrypt(bytes(encrypted)).decode()
    except InvalidToken:
        raise DecryptionError from None


def rotate(encrypted: bytes | memoryview) -> bytes:
    """The same secret under the first key of the set."""
    try:
        return _key_set().rotate(bytes(encrypted))
    except InvalidToken:
        raise DecryptionError from None


def _key_set() -> MultiFernet:
    return _made(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=4)
def _made(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
