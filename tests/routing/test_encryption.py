"""Credentials at rest."""

from typing import Any

import pytest
from cryptography.fernet import Fernet

from routing import encryption


def _keys(count: int) -> list[str]:
    return [Fernet.generate_key().decode() for _ in range(count)]


@pytest.mark.parametrize("secret", ["sk-abc", "", "pässword", "x" * 10_000])
def test_what_goes_in_comes_out(secret: str) -> None:
    encrypted = encryption.encrypt(secret)
    assert encryption.decrypt(encrypted) == encryption.decrypt(memoryview(encrypted)) == secret
    assert not secret or secret.encode() not in encrypted


def test_the_same_secret_looks_different_each_time() -> None:
    assert encryption.encrypt("sk-abc") != encryption.encrypt("sk-abc")


def test_keys_rotate(settings: Any) -> None:
    old, new = _keys(2)
    settings.ENCRYPTION_KEYS = [old]
    encrypted = encryption.encrypt("sk-abc")
    settings.ENCRYPTION_KEYS = [new, old]
    assert encryption.decrypt(encrypted) == "sk-abc"
    rotated = encryption.rotate(encrypted)
    settings.ENCRYPTION_KEYS = [new]
    assert encryption.decrypt(rotated) == "sk-abc"
    with pytest.raises(encryption.DecryptionError):
        encryption.decrypt(encrypted)


def test_a_changed_byte_is_noticed() -> None:
    encrypted = bytearray(encryption.encrypt("sk-abc"))
    encrypted[20] ^= 1
    with pytest.raises(encryption.DecryptionError):
        encryption.decrypt(bytes(encrypted))


def test_the_error_holds_no_secret_and_no_key(settings: Any) -> None:  # B15
    encrypted = encryption.encrypt("sk-abc")
    settings.ENCRYPTION_KEYS = _keys(1)
    for use in (encryption.decrypt, encryption.rotate):
        with pytest.raises(encryption.DecryptionError) as caught:
            use(encrypted)
        assert settings.ENCRYPTION_KEYS[0] not in str(caught.value)
        assert encrypted.decode() not in str(caught.value)
