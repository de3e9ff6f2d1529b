"""`rotate_credentials`: a new encryption key takes over, the old one can go."""

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from routing.encryption import decrypt
from routing.models import Credential
from routing.services import create_provider
from tenants.models import AuditEvent, Organization


def test_after_it_the_old_key_is_not_needed(organization: Organization, settings: Any) -> None:
    create_provider(actor=None, organization=organization, name="p", kind="sandbox", api_keys=["sk-one", "sk-two"])
    new = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]
    out = StringIO()
    call_command("rotate_credentials", stdout=out)
    settings.ENCRYPTION_KEYS = [new]
    assert [decrypt(credential.encrypted) for credential in Credential.objects.all()] == ["sk-one", "sk-two"]
    assert out.getvalue() == "2 credentials are under the first key now.\n"
    assert AuditEvent.objects.filter(action="provider.rotate_credentials", organization=organization).count() == 2


def test_one_that_cannot_be_opened_stops_it_all(organization: Organization, settings: Any) -> None:
    provider = create_provider(actor=None, organization=organization, name="p", kind="sandbox", api_keys=["sk-one"])
    Credential.objects.create(provider=provider, encrypted=b"not a token", hint="")
    first = bytes(Credential.objects.earliest("id").encrypted)
    with pytest.raises(CommandError, match="ENCRYPTION_KEYS"):
        call_command("rotate_credentials")
    assert bytes(Credential.objects.earliest("id").encrypted) == first
