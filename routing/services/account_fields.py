"""What a provider account's address, headers and settings may be. Raises ValidationError by field throughout."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as platform
from django.core.exceptions import ValidationError

from routing.addresses import refused_url
from routing.models import ProviderAccount
from routing.providers.registry import KINDS, base_url_of, settings_of

HEADER_NAME = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key"}
OWN_HEADERS = {"host", "content-length", "content-type", "transfer-encoding", "connection", "accept-encoding"}


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields, as they are stored."""
    cleaned = dict(fields)
    if "base_url" in cleaned:
        cleaned["base_url"] = (cleaned["base_url"] or "").strip().rstrip("/")
    if "headers" in cleaned:
        cleaned["headers"] = _headers(cleaned["headers"] or {})
    if "settings" in cleaned:
        cleaned["settings"] = _present(cleaned["settings"] or {})
    return cleaned


def known_settings(kind: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Those that mean something to this kind: what is left of an account's when its kind changes."""
    rows = settings_of(kind) if kind in KINDS else {}
    return {name: value for name, value in settings.items() if name in rows and rows[name].refusal(value) is None}


def check(provider: ProviderAccount) -> None:
    """Refuse settings that its kind does not know or cannot do without, and addresses that are off limits."""
    if provider.kind in KINDS:  # else the model says so
        _check_settings(provider)
        _check_address(provider)


def origin(provider: ProviderAccount) -> tuple[str, str]:
    """The server that the account's keys are sent to."""
    parts = urlsplit(base_url_of(provider.kind, provider.base_url, provider.settings))
    return parts.scheme, parts.netloc.lower()


def _check_settings(provider: ProviderAccount) -> None:
    rows, label = settings_of(provider.kind), KINDS[provider.kind].label or provider.kind
    wrong: dict[str, str] = {}
    for name, value in provider.settings.items():
        if name not in rows:
            wrong[name] = f"{label} has no setting “{name}”{_known(rows)}."
        elif refusal := rows[name].refusal(value):
            wrong[name] = refusal
    for name, row in rows.items():
        if row.required and not provider.base_url and not provider.settings.get(name):
            wrong[name] = f"{label} needs it. {row.help}"
    if wrong:
        raise ValidationError(wrong)


def _known(rows: Mapping[str, Any]) -> str:
    return f"; it knows {', '.join(rows)}" if rows else ""


def _check_address(provider: ProviderAccount) -> None:
    if KINDS[provider.kind].answers_here is not None:
        if provider.base_url:
            raise ValidationError({"base_url": "The sandbox has no address."})
        return
    base_url = base_url_of(provider.kind, provider.base_url, provider.settings)
    if refusal := refused_url(base_url, allow_private=platform.ALLOW_PRIVATE_UPSTREAMS):
        raise ValidationError({"base_url": refusal})


def _present(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that say nothing."""
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in settings.items()}
    return {name: value for name, value in trimmed.items() if value not in ("", None)}


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not HEADER_NAME.match(name) or not isinstance(value, str) or not value.isprintable():
            raise ValidationError({"headers": f"{name} is no usable header."})
        if name.lower() in SECRET_HEADERS:
            raise ValidationError({"headers": f"Give {name} as an API key; headers are no secrets."})
        if name.lower() in OWN_HEADERS:
            raise ValidationError({"headers": f"{name} is set by the gateway itself."})
    return dict(headers)
