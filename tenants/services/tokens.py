"""Writes to a person's own tokens for the management API; only their digests are stored."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

from tenants import audit
from tenants.models import User


@transaction.atomic
def create_token(*, actor: User, expires_at: datetime | None = None) -> tuple[AuthToken, str]:
    """The new token and its value, which cannot be had again. ``expires_at`` None: it holds until revoked."""
    lifetime = expires_at - timezone.now() if expires_at else None
    if lifetime is not None and lifetime.total_seconds() <= 0:
        raise ValidationError({"expires_at": "This is in the past."})
    token, value = AuthToken.objects.create(actor, expiry=lifetime)
    audit.record_personal(actor, "token.create", f"API token {token.token_key}")
    return token, value


@transaction.atomic
def revoke_token(*, actor: User, token: AuthToken) -> None:
    """End one of the person's tokens; it stops working at once."""
    audit.record_personal(actor, "token.revoke", f"API token {token.token_key}")
    token.delete()
