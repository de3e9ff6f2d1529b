"""Puts stored credentials under the first key of ENCRYPTION_KEYS, so that the others can be dropped."""

from django.db import transaction

from routing import encryption
from routing.models import Credential
from tenants import audit
from tenants.models import User


@transaction.atomic
def rotate_credentials(*, actor: User | None) -> int:
    """All of them or, on a DecryptionError, none. The secrets stay the same, so the data plane need not know."""
    credentials = Credential.objects.select_for_update(of=("self",)).select_related("provider__organization")
    for credential in credentials:
        credential.encrypted = encryption.rotate(credential.encrypted)
        credential.save(update_fields=["encrypted"])
        audit.record(actor, "provider.rotate_credentials", credential.provider)
    return len(credentials)
