"""Pages about keys: each button calls its service, and a key's value is seen once."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from routing.services import create_route
from tenants.models import ApiKey, AuditEvent, TeamMembership
from tenants.models.people import Role, TeamRole
from tenants.services import create_key, set_team_role
from tests.api import member
from tests.pages.fixtures import signed_in
from tests.pages.things import Things

KEY = re.compile(r"gw-(?:live|test)-[0-9A-Za-z]{38}")
EVERYTHING = {"kind": "live", "route_reach": "all", "endpoint_reach": "all", "tags": ""}


def test_a_new_key_is_shown_once(admin: Client, things: Things) -> None:
    answer = admin.post(things.url("key-create"), EVERYTHING | {"name": "app", "team": things.team.pk})
    page = answer.content.decode()
    assert answer.status_code == 200
    [value] = set(KEY.findall(page))
    assert f"Bearer {value}" in page  # the snippets hold it
    key = ApiKey.objects.get(name="app")
    for name in ("keys", "key", "key-edit"):
        things.key = key
        assert value not in admin.get(things.url(name)).content.decode()
    assert AuditEvent.objects.filter(action="key.create", target__contains="app").exists()


def test_a_new_key_is_limited_as_the_form_says(admin: Client, things: Things) -> None:
    limits = {
        "name": "app", "kind": "test", "expires_at": "2030-01-31T12:00", "tags": "cost_center = 4711\nteam=x",
        "route_reach": "some", "chosen_routes": ["fast"], "route_patterns": "gpt-*, openai-main/*",
        "endpoint_reach": "some", "chosen_endpoints": ["chat"],
    }  # fmt: skip
    admin.post(things.url("key-create"), limits)
    key = ApiKey.objects.get(name="app")
    assert (key.kind, key.team) == ("test", None)
    assert key.routes == ["fast", "gpt-*", "openai-main/*"]
    assert key.endpoints == ["chat"]
    assert key.tags == {"cost_center": "4711", "team": "x"}
    assert key.expires_at == datetime(2030, 1, 31, 12, tzinfo=UTC)


def test_times_are_the_organisations(admin: Client, things: Things) -> None:
    things.organization.timezone = "Asia/Tokyo"
    things.organization.save()
    admin.post(things.url("key-create"), EVERYTHING | {"name": "app", "expires_at": "2030-01-31T12:00"})
    things.key = ApiKey.objects.get(name="app")
    assert things.key.expires_at == datetime(2030, 1, 31, 3, tzinfo=UTC)
    assert "31 Jan 2030, 12:00" in admin.get(things.url("key")).content.decode()


def test_a_taken_name_is_refused_at_the_field(admin: Client, things: Things) -> None:
    answer = admin.post(things.url("key-create"), EVERYTHING | {"name": things.key.name})
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors
    assert ApiKey.objects.filter(name=things.key.name).count() == 1


def test_only_these_without_a_choice_is_refused(admin: Client, things: Things) -> None:
    answer = admin.post(things.url("key-create"), EVERYTHING | {"name": "app", "route_reach": "some"})
    assert "route_reach" in answer.context["form"].errors
    assert not ApiKey.objects.filter(name="app").exists()


def test_the_edit_form_begins_with_what_is_there(admin: Client, things: Things) -> None:
    things.key.routes = ["fast", "gpt-*"]
    things.key.save()
    form = admin.get(things.url("key-edit")).context["form"]
    assert form["chosen_routes"].value() == ["fast"]
    assert form["route_patterns"].value() == "gpt-*"
    assert "kind" not in form.fields


def test_edit_changes_the_key(admin: Client, things: Things) -> None:
    answer = admin.post(things.url("key-edit"), EVERYTHING | {"name": "renamed"})
    assert answer["location"] == things.url("key")
    things.key.refresh_from_db()
    assert (things.key.name, things.key.routes, things.key.team) == ("renamed", None, None)


# B28
def test_block_and_unblock(admin: Client, things: Things) -> None:
    admin.post(things.url("key-block"))
    things.key.refresh_from_db()
    assert things.key.blocked
    assert "Unblock" in admin.get(things.url("key")).content.decode()
    admin.post(things.url("key-unblock"))
    things.key.refresh_from_db()
    assert not things.key.blocked


def test_revoke_asks_first(admin: Client, things: Things) -> None:
    assert "cannot be undone" in admin.get(things.url("key-revoke")).content.decode()
    things.key.refresh_from_db()
    assert things.key.revoked_at is None
    assert admin.post(things.url("key-revoke"))["location"] == things.url("keys")
    things.key.refresh_from_db()
    assert things.key.revoked_at is not None


def test_the_question_is_a_dialog_for_htmx(admin: Client, things: Things) -> None:
    answer = admin.get(things.url("key-block"), headers={"HX-Request": "true"}).content.decode()
    assert answer.startswith("<dialog")


def test_a_service_that_refuses_is_heard(admin: Client, things: Things) -> None:
    admin.post(things.url("key-revoke"))
    answer = admin.post(things.url("key-block"), follow=True)
    assert "has been revoked" in answer.content.decode()


def test_filters_by_state_team_and_text(admin: Client, things: Things) -> None:
    def make(name: str, **fields: object) -> ApiKey:
        return create_key(actor=None, organization=things.organization, name=name, **fields)[0]  # type: ignore[arg-type]

    make("expired", expires_at=timezone.now() - timedelta(days=1))
    blocked, revoked = make("blocked"), make("revoked")
    ApiKey.objects.filter(pk=blocked.pk).update(blocked=True)
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())

    def names(**query: Any) -> list[str]:
        return [row.record.name for row in admin.get(things.url("keys"), query).context["table"].rows]

    assert names() == ["blocked", "expired", "search-prod"]
    assert names(sort="-name") == ["search-prod", "expired", "blocked"]
    assert names(state="active") == ["search-prod"]
    assert names(state="blocked") == ["blocked"]
    assert names(state="expired") == ["expired"]
    assert names(state="revoked") == ["revoked"]
    assert names(team=things.team.pk) == ["search-prod"]
    assert names(q="arch") == ["search-prod"]
    assert names(q="nothing") == []


def test_htmx_gets_the_table_alone(admin: Client, things: Things) -> None:
    answer = admin.get(things.url("keys"), headers={"HX-Request": "true"}).content.decode()
    assert answer.lstrip().startswith('<div id="list"')
    assert "search-prod" in answer


def test_a_lead_manages_the_keys_of_the_team_and_no_others(things: Things) -> None:
    lead = member(things.organization, Role.AUDITOR)
    set_team_role(actor=None, team=things.team, user=lead, role=TeamRole.LEAD)
    assert TeamMembership.objects.filter(user=lead).exists()
    browser = Client()
    browser.force_login(lead)
    assert browser.get(things.url("key-edit")).status_code == 200
    without_team = browser.post(things.url("key-create"), EVERYTHING | {"name": "mine"})
    assert "team" in without_team.context["form"].errors
    assert (
        browser.post(things.url("key-create"), EVERYTHING | {"name": "mine", "team": things.team.pk}).status_code == 200
    )
    things.key = create_key(actor=None, organization=things.organization, name="other")[0]
    assert browser.get(things.url("key-edit")).status_code == 403


def test_the_list_takes_the_same_queries_however_long(things: Things, django_assert_max_num_queries) -> None:
    browser = signed_in(things.organization, Role.ADMIN)
    for number in range(20):
        create_key(actor=None, organization=things.organization, name=f"key-{number}", team=things.team)
    create_route(
        actor=None, organization=things.organization, name="smart", targets=[{"deployment": things.deployment}]
    )
    with django_assert_max_num_queries(10):
        browser.get(things.url("keys"))
