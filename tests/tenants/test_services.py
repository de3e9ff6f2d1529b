"""Writes to organisations, teams, people and keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from tenants import keys
from tenants.models import ApiKey, AuditEvent, Membership, Organization, TeamMembership, User
from tenants.services import (
    add_member,
    block_key,
    create_key,
    create_organization,
    create_team,
    delete_team,
    remove_member,
    revoke_key,
    set_team_role,
    unblock_key,
    update_key,
    update_organization,
    update_team,
)
from tests.announcements import Announcements
from tests.api import member, new_organization


def _refused(call: Callable[..., Any], **arguments: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        call(actor=None, **arguments)
    return caught.value.message_dict


def _last() -> AuditEvent:
    return AuditEvent.objects.latest("id")


# Organisations


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [("slug", "Not A Slug"), ("name", ""), ("timezone", "Mars/Olympus"), ("content_logging", "some")],
)
def test_an_organization_is_checked_field_by_field(field: str, value: str) -> None:
    fields = {"slug": "acme", "name": "Acme", field: value}
    assert list(_refused(create_organization, **fields)) == [field]


def test_a_slug_is_taken_once(organization: Organization) -> None:
    assert "slug" in _refused(create_organization, slug=organization.slug, name="Again")


def test_only_what_changes_is_recorded(organization: Organization) -> None:
    update_organization(actor=None, organization=organization, name="New", timezone="UTC")
    event = _last()
    assert (event.action, event.actor_name, event.organization) == ("organization.update", "command line", organization)
    assert (event.before, event.after) == ({"name": organization.slug}, {"name": "New"})


def test_no_change_leaves_no_trace(organization: Organization) -> None:
    before = AuditEvent.objects.count()
    update_organization(actor=None, organization=organization, name=organization.name)
    assert AuditEvent.objects.count() == before


def test_what_a_form_left_on_the_instance_is_still_a_change(organization: Organization) -> None:
    organization.name = "From a form"
    update_organization(actor=None, organization=organization, name="From a form")
    organization.refresh_from_db()
    assert organization.name == "From a form"
    assert _last().action == "organization.update"


def test_an_unknown_field_is_a_programming_error(organization: Organization) -> None:
    with pytest.raises(TypeError, match="cannot change id"):
        update_organization(actor=None, organization=organization, id=7)


# People


def test_an_unknown_person_gets_an_account_that_cannot_sign_in_by_password(organization: Organization) -> None:
    person = add_member(actor=None, organization=organization, email=" Ana@Acme.example ", role="admin").user
    assert person.email == "ana@acme.example"
    assert not person.has_usable_password()


def test_a_member_added_again_changes_role(organization: Organization) -> None:
    for role in ("developer", "finance"):
        add_member(actor=None, organization=organization, email="ana@acme.example", role=role)
    assert Membership.objects.get(organization=organization).role == "finance"
    assert (_last().action, _last().before, _last().after) == (
        "member.update", {"role": "developer"}, {"role": "finance"},
    )  # fmt: skip


def test_a_known_person_keeps_their_account(organization: Organization, stranger: Organization) -> None:
    for one in (organization, stranger):
        add_member(actor=None, organization=one, email="ana@acme.example", role="developer")
    assert User.objects.filter(email="ana@acme.example").count() == 1


def test_an_unknown_role_is_refused_and_makes_no_account(organization: Organization) -> None:
    assert "role" in _refused(add_member, organization=organization, email="a@b.example", role="king")
    assert not User.objects.filter(email="a@b.example").exists()


@pytest.mark.parametrize(
    ("actor", "role", "allowed"),
    [
        ("owner", "owner", True), ("owner", "auditor", True), ("admin", "admin", True), ("admin", "owner", False),
        ("finance", "finance", False), ("developer", "developer", False), ("auditor", "auditor", False),
    ],
)  # fmt: skip
def test_nobody_gives_a_role_that_they_may_not(
    organization: Organization, actor: str, role: str, allowed: bool
) -> None:
    person = member(organization, actor)
    if allowed:
        add_member(actor=person, organization=organization, email="new@acme.example", role=role)
    else:
        with pytest.raises(PermissionDenied):
            add_member(actor=person, organization=organization, email="new@acme.example", role=role)


def test_an_admin_cannot_unmake_an_owner(organization: Organization) -> None:
    admin, owner = member(organization, "admin"), member(organization, "owner")
    with pytest.raises(PermissionDenied):
        add_member(actor=admin, organization=organization, email=owner.email, role="developer")
    with pytest.raises(PermissionDenied):
        remove_member(actor=admin, membership=Membership.objects.get(user=owner))


def test_who_leaves_leaves_the_teams_too(organization: Organization) -> None:
    person = member(organization, "developer")
    team = create_team(actor=None, organization=organization, slug="search", name="Search")
    set_team_role(actor=None, team=team, user=person, role="lead")
    remove_member(actor=None, membership=Membership.objects.get(user=person))
    assert not TeamMembership.objects.exists()
    assert _last().before == {"role": "developer", "user": person.email, "teams": ["search"]}


def test_a_place_in_a_team_can_be_given_changed_and_taken(organization: Organization) -> None:
    person = member(organization, "developer")
    team = create_team(actor=None, organization=organization, slug="search", name="Search")
    actions = []
    for role in ("member", "lead", "lead", None, None):
        set_team_role(actor=None, team=team, user=person, role=role)
        actions.append(_last().action)
    assert actions == ["team.add_member", "team.set_role", "team.set_role", "team.remove_member", "team.remove_member"]
    assert AuditEvent.objects.filter(action__startswith="team.").count() == 4  # with the team's own making


def test_only_members_have_places_in_teams(organization: Organization, stranger: Organization) -> None:
    team = create_team(actor=None, organization=organization, slug="search", name="Search")
    assert "user" in _refused(set_team_role, team=team, user=member(stranger, "owner"), role="lead")


# Keys


def test_a_key_is_stored_as_digest_alone(organization: Organization) -> None:
    key, value = create_key(actor=None, organization=organization, name="app", routes=("fast",), tags={"a": "b"})
    key.refresh_from_db()
    assert keys.has_valid_checksum(value)
    assert (bytes(key.digest), key.hint) == (keys.digest(value), value[:12] + "…")
    assert value not in str(AuditEvent.objects.values_list("target", "after"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "dev"), ("value", "too short"), ("endpoints", ["chats"]), ("tags", {"cost_center": 4711}),
        ("name", ""),
    ],
)  # fmt: skip
def test_a_key_is_checked_field_by_field(organization: Organization, field: str, value: Any) -> None:
    assert list(_refused(create_key, organization=organization, **{"name": "app", field: value})) == [field]


def test_a_key_of_another_organizations_team_is_refused(organization: Organization, stranger: Organization) -> None:
    team = create_team(actor=None, organization=stranger, slug="search", name="Search")
    assert "team" in _refused(create_key, organization=organization, name="app", team=team)
    key, _ = create_key(actor=None, organization=organization, name="app")
    assert "team" in _refused(update_key, key=key, team=team)


def test_a_value_is_imported_once(organization: Organization, stranger: Organization) -> None:
    create_key(actor=None, organization=organization, name="old", value="sk-of-another-gateway")
    refusal = _refused(create_key, organization=stranger, name="old", value="sk-of-another-gateway")
    assert list(refusal) == ["value"]


def test_a_stale_copy_undoes_nothing(organization: Organization) -> None:
    key, _ = create_key(actor=None, organization=organization, name="app")
    stale = ApiKey.objects.get(pk=key.pk)
    block_key(actor=None, key=key)
    update_key(actor=None, key=stale, name="renamed")
    key.refresh_from_db()
    assert (key.name, key.blocked) == ("renamed", True)


def test_the_same_moment_in_another_timezone_is_no_change(organization: Organization) -> None:
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    key, _ = create_key(actor=None, organization=organization, name="app", expires_at=moment)
    before = AuditEvent.objects.count()
    update_key(actor=None, key=key, expires_at=moment.astimezone(timezone(timedelta(hours=2))))
    assert AuditEvent.objects.count() == before


def test_a_revoked_key_is_over_and_its_name_free(organization: Organization) -> None:
    key, _ = create_key(actor=None, organization=organization, name="app")
    revoke_key(actor=None, key=key)
    revoke_key(actor=None, key=key)
    assert AuditEvent.objects.filter(action="key.revoke").count() == 1
    for write, changes in ((update_key, {"name": "x"}), (unblock_key, {}), (block_key, {})):
        with pytest.raises(ValidationError, match="revoked"):
            write(actor=None, key=key, **changes)
    create_key(actor=None, organization=organization, name="app")


def test_a_team_takes_its_keys_with_it(organization: Organization) -> None:
    team = create_team(actor=None, organization=organization, slug="search", name="Search")
    create_key(actor=None, organization=organization, name="app", team=team)
    delete_team(actor=None, team=team)
    assert not ApiKey.objects.exists()
    assert _last().before == {"slug": "search", "name": "Search", "keys": ["app"]}


# What the data plane hears


def test_each_write_to_a_key_is_announced(announced: Announcements) -> None:  # B28
    organization = new_organization()
    announced.take()
    key, value = create_key(actor=None, organization=organization, name="app")
    said = [f"key:{keys.digest(value).hex()}"]
    assert announced.take() == said
    for write, changes in ((update_key, {"routes": []}), (block_key, {}), (unblock_key, {}), (revoke_key, {})):
        write(actor=None, key=key, **changes)
        assert announced.take() == said


def test_a_teams_keys_are_announced_with_it(announced: Announcements) -> None:  # B28
    organization = new_organization()
    team = create_team(actor=None, organization=organization, slug="search", name="Search")
    values = [create_key(actor=None, organization=organization, name=name, team=team)[1] for name in "ab"]
    said = {f"key:{keys.digest(value).hex()}" for value in values}
    announced.take()
    update_team(actor=None, team=team, slug="find")
    assert set(announced.take()) == said
    delete_team(actor=None, team=team)
    assert set(announced.take()) == said


def test_an_organization_is_announced_when_it_changes(announced: Announcements) -> None:
    organization = new_organization()
    update_organization(actor=None, organization=organization, content_logging="full")
    update_organization(actor=None, organization=organization, content_logging="full")
    assert announced.take() == [f"tenant:{organization.pk}"] * 2  # made, and changed once


def test_what_is_refused_is_not_announced(announced: Announcements) -> None:
    organization = new_organization()
    announced.take()
    _refused(create_key, organization=organization, name="")
    assert announced.take() == []


def test_of_two_writers_of_one_name_the_second_is_told(live: None) -> None:
    organization, start = new_organization(), Barrier(4)
    refusals: list[dict[str, list[str]]] = []

    def create() -> None:
        start.wait()
        try:
            create_key(actor=None, organization=organization, name="app")
        except ValidationError as error:
            refusals.append(error.message_dict)
        finally:
            connection.close()

    threads = [Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ApiKey.objects.filter(organization=organization).count(), len(refusals)) == (1, 3)
