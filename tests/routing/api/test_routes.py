"""Routes through the API: targets in order, time limits one by one."""

import pytest

from tenants.models import Organization
from tests.api import Api, as_role, new_organization
from tests.gateway_platform.api.objects import deployment

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Api:
    organization: Organization = new_organization()
    for name in ("mini", "haiku"):
        deployment(organization, name)
    return as_role(organization)


def test_targets_keep_their_order(admin: Api) -> None:
    targets = [{"deployment": "mini", "weight": 3.0}, {"deployment": "haiku", "weight": 1.0}]
    created = admin.post("routes", name="fast", targets=targets).json()
    assert created["targets"] == targets
    changed = admin.patch("routes", created["id"], targets=targets[::-1]).json()
    assert changed["targets"] == targets[::-1]


def test_time_limits_that_are_not_named_stay(admin: Api) -> None:
    created = admin.post("routes", name="fast", targets=[{"deployment": "mini"}], timeouts={"idle": 7}).json()
    assert created["timeouts"] == {"connect": 5.0, "first_token": 30.0, "idle": 7.0, "total": 600.0}
    changed = admin.patch("routes", created["id"], timeouts={"total": 60}).json()
    assert changed["timeouts"] == {"connect": 5.0, "first_token": 30.0, "idle": 7.0, "total": 60.0}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("targets", []),
        ("targets", [{"deployment": "nowhere"}]),
        ("targets", [{"deployment": "mini"}, {"deployment": "mini"}]),
        ("timeouts", {"connect": 0}),
        ("timeouts", {"conect": 1}),
        ("retries", 11),
        ("name", "two words"),
    ],
)
def test_nonsense_is_refused_by_name(admin: Api, field: str, value: object) -> None:
    body = {"name": "fast", "targets": [{"deployment": "mini"}]} | {field: value}
    answer = admin.post("routes", **body)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
