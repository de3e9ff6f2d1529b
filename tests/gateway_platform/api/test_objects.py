"""What holds for every object of the management API, one row of `objects.OBJECTS` each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tenants.models import AuditEvent, Organization
from tenants.models.people import Role
from tests.api import Api, as_role, new_organization, operator
from tests.gateway_platform.api.objects import OBJECTS, ApiObject

pytestmark = pytest.mark.django_db
every_object = pytest.mark.parametrize("kind", OBJECTS, ids=str)


@pytest.fixture
def organization() -> Organization:
    return new_organization()


@pytest.fixture
def admin(organization: Organization) -> Api:
    return as_role(organization, Role.ADMIN)


@every_object
def test_list(kind: ApiObject, organization: Organization, admin: Api) -> None:
    made = {kind.make(organization, name).pk for name in ("one", "two")}
    kind.make(new_organization(), "elsewhere")

    answer = admin.get(kind.path, limit=1)
    every = admin.get(kind.path).json()

    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 1
    assert answer.json()["next"]
    assert made <= {row["id"] for row in every["results"]}
    assert every["count"] == len(made) + (kind.path == "members")  # who asks is a member too


@every_object
def test_list_takes_as_many_queries_for_many_rows(kind: ApiObject, organization: Organization, admin: Api) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert admin.get(kind.path).status_code == 200
        return len(captured)

    kind.make(organization, "one")
    queries()  # the first answer of a process fills caches
    few = queries()
    for number in range(5):
        kind.make(organization, f"more-{number}")
    assert queries() == few <= 12


@every_object
def test_retrieve(kind: ApiObject, organization: Organization, admin: Api) -> None:
    made = kind.make(organization, "one")
    answer = admin.get(kind.path, made.pk)
    assert answer.status_code == 200
    assert answer.json() in admin.get(kind.path).json()["results"]
    assert admin.http.options(admin.url(kind.path, made.pk)).status_code == 200


@every_object
def test_create(kind: ApiObject, organization: Organization, admin: Api) -> None:
    kind.prepare(organization)
    answer = admin.post(kind.path, **kind.new)

    assert answer.status_code == 201, answer.json()
    created = answer.json()
    assert {name: created[name] for name in kind.new} == kind.new
    stored = admin.get(kind.path, created["id"]).json()
    assert stored.items() <= created.items()
    assert AuditEvent.objects.filter(organization=organization, actor=admin.person).exists()


@every_object
def test_a_name_that_is_taken_is_refused(kind: ApiObject, organization: Organization, admin: Api) -> None:
    if kind.path == "members":
        pytest.skip("adding a member again sets the role")
    kind.prepare(organization)
    assert admin.post(kind.path, **kind.new).status_code == 201
    again = admin.post(kind.path, **kind.new)
    assert again.status_code == 400
    assert set(again.json()) <= {"name", "slug"}


@every_object
def test_update(kind: ApiObject, organization: Organization, admin: Api) -> None:
    made = kind.make(organization, "one")
    before = admin.get(kind.path, made.pk).json()
    answer = admin.patch(kind.path, made.pk, **kind.change)
    assert answer.status_code == 200, answer.json()
    assert answer.json() == before | kind.change
    assert admin.get(kind.path, made.pk).json() == before | kind.change


@every_object
def test_a_misspelt_field_is_refused_by_name(kind: ApiObject, organization: Organization, admin: Api) -> None:
    made = kind.make(organization, "one")
    answer = admin.patch(kind.path, made.pk, naem="x")
    assert answer.status_code == 400
    assert list(answer.json()) == ["naem"]


@every_object
def test_delete(kind: ApiObject, organization: Organization, admin: Api) -> None:
    made = kind.make(organization, "one")
    answer = admin.delete(kind.path, made.pk)
    assert answer.status_code == (204 if kind.deletable else 405)
    assert admin.get(kind.path, made.pk).status_code == (404 if kind.deletable else 200)


@every_object
def test_a_role_without_the_permission_changes_nothing(kind: ApiObject, organization: Organization) -> None:
    made = kind.make(organization, "one")
    kind.prepare(organization)
    auditor = as_role(organization, Role.AUDITOR)

    assert auditor.get(kind.path).status_code == 200
    denied = auditor.post(kind.path, **kind.new)
    assert denied.status_code == 403
    assert ".manage" in denied.json()["detail"]  # says what is missing
    assert auditor.patch(kind.path, made.pk, **kind.change).status_code == 403
    assert auditor.delete(kind.path, made.pk).status_code == (403 if kind.deletable else 405)


@every_object
def test_a_role_that_may_not_see_it(kind: ApiObject, organization: Organization) -> None:
    if kind.hidden_from is None:
        pytest.skip("every role may see it")
    made = kind.make(organization, "one")
    person = as_role(organization, kind.hidden_from)
    assert person.get(kind.path).status_code == 403
    assert person.get(kind.path, made.pk).status_code == 403


@every_object
def test_another_tenant_does_not_exist(kind: ApiObject, organization: Organization, admin: Api) -> None:
    theirs = new_organization()
    made = kind.make(theirs, "one")
    stranger = Api(theirs, admin.person)

    assert stranger.get(kind.path).status_code == 404
    assert stranger.post(kind.path, **kind.new).status_code == 404
    assert stranger.get(kind.path, made.pk).status_code == 404
    # Their object under one's own organisation.
    assert admin.get(kind.path, made.pk).status_code == 404
    assert admin.patch(kind.path, made.pk, **kind.change).status_code == 404
    assert admin.delete(kind.path, made.pk).status_code in (404, 405)


@every_object
def test_operators_open_every_organization(kind: ApiObject, organization: Organization) -> None:
    made = kind.make(organization, "one")
    assert Api(organization, operator()).get(kind.path, made.pk).status_code == 200


@every_object
def test_nobody_is_asked_to_sign_in(kind: ApiObject, organization: Organization, admin: Api) -> None:
    answer = APIClient().get(admin.url(kind.path))
    assert answer.status_code == 401
    assert answer["www-authenticate"] == "Token"
