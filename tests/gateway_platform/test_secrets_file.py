"""Secrets of a new installation: made once, for the owner's eyes only."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from gateway_platform.secrets_file import NAMES, ensure_secrets, read_lines, write_private


@pytest.fixture
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "var"


def test_are_made_once_and_kept_private(var_dir: Path) -> None:
    ensure_secrets()
    file = var_dir / "secrets.env"
    made = file.read_text()
    ensure_secrets()
    assert file.read_text() == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = read_lines(file)
    assert len(lines["SECRET_KEY"]) >= 50
    Fernet(lines["ENCRYPTION_KEYS"])


def test_are_not_made_where_the_environment_names_them(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "given")
    ensure_secrets()
    assert not var_dir.exists()


def test_a_directory_that_cannot_be_written_is_one_line(var_dir: Path) -> None:
    var_dir.write_text("a file where the directory should be")
    with pytest.raises(SystemExit) as raised:
        ensure_secrets()
    assert str(raised.value.code).startswith(f"error: cannot write {var_dir / 'secrets.env'}")


def test_a_private_file_replaces_one_that_others_could_read(tmp_path: Path) -> None:
    file = tmp_path / "quickstart.env"
    file.write_text("GATEWAY_KEY=old\n")
    file.chmod(0o644)
    write_private(file, {"GATEWAY_KEY": "a=b"})
    assert read_lines(file) == {"GATEWAY_KEY": "a=b"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
