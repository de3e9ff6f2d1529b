"""Look-alikes: servers of OpenAI's dialect that need no code of their own, read from catalog.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from routing.providers.settings import Setting

FILE = Path(__file__).with_name("catalog.toml")
OWN_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Row:
    """One look-alike; catalog.toml says what each field is."""

    slug: str  # the `kind` of its accounts
    name: str
    base_url: str
    docs: str
    key: str = ""
    does: tuple[str, ...] = ("chat",)
    prices: str = ""
    models: tuple[str, ...] = ()
    quirks: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[Setting, ...] = ()

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        return self.host in OWN_HOSTS

    def address(self, settings: Mapping[str, str]) -> str:
        """Where it answers; empty where the settings lack a part of that, or hold one that could lead elsewhere."""
        given = {setting.name: settings.get(setting.name, "") for setting in self.settings}
        if any(not re.fullmatch(setting.pattern, given[setting.name]) for setting in self.settings):
            return ""
        return self.base_url.format_map(given)


def read(text: str) -> dict[str, Row]:
    """The rows of a catalog, by slug. Raises `TypeError` for a field that is unknown or missing."""
    return {slug: _row(slug, table) for slug, table in tomllib.loads(text).items()}


def _row(slug: str, table: Mapping[str, Any]) -> Row:
    fields: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in table.items()}
    settings = [Setting(name, required=True, **one) for name, one in fields.pop("settings", {}).items()]
    return Row(slug, settings=tuple(settings), **fields)


CATALOG = read(FILE.read_text())
_BY_HOST = {row.host: row for row in CATALOG.values() if not row.is_local and not row.settings}


def row_at(base_url: str) -> Row | None:
    """The look-alike that lives at this address, whatever the kind of the account; None if nobody is known there."""
    return _BY_HOST.get(urlsplit(base_url).hostname or "")
