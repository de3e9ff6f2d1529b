"""The audit trail's writer."""

import pytest

from tenants import audit
from tenants.models import AuditEvent, Organization
from tests.api import member


@pytest.mark.parametrize("name", ["Authorization", "X-API-Key", "client_secret", "password", "access_token", "Cookie"])
def test_texts_under_a_secrets_name_are_hidden(name: str) -> None:  # B15
    assert audit.mask({"headers": {name: "s3cr3t"}}) == {"headers": {name: audit.MASK}}
    assert audit.mask({name: ["s3cr3t", ""]}) == {name: [audit.MASK, ""]}


def test_what_is_no_secret_is_shown() -> None:
    shown = {"first_token_timeout": 30.0, "headers": {"X-Team": "search"}, "hint": "gw-live-abcd…"}
    assert audit.mask(shown) == shown


def test_the_trail_outlives_who_and_what_it_tells_of(organization: Organization) -> None:
    person = member(organization, "owner")
    audit.record(person, "organization.update", organization, after={"name": "New"})
    email, name = person.email, organization.name
    person.delete()
    organization.delete()
    event = AuditEvent.objects.get(action="organization.update")
    assert (event.actor, event.actor_name, event.organization) == (None, email, None)
    assert event.target == f"organization {name}"


def test_one_watches_only_inside_the_block(organization: Organization) -> None:
    with audit.watching() as seen:
        audit.record(None, "one", organization)
    audit.record(None, "two", organization)
    assert [event.action for event in seen] == ["one"]
