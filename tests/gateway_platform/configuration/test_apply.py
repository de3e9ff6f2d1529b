"""`apply`: makes a platform as the file says, once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway_platform.configuration.apply import apply, plan
from gateway_platform.configuration.document import ConfigurationError
from routing.encryption import decrypt
from routing.models import Credential, Deployment, ProviderAccount, Route
from tenants import keys
from tenants.models import ApiKey, AuditEvent, Membership, Organization, Team, TeamMembership
from tenants.services import revoke_key, update_key
from tests.gateway_platform.configuration.conftest import Write
from tests.gateway_platform.configuration.sample import SAMPLE, SECRETS

pytestmark = pytest.mark.django_db


def test_everything_named_is_made(sample: Path) -> None:
    apply(sample)
    organization = Organization.objects.get()
    assert (organization.slug, organization.timezone, organization.content_logging) == ("acme", "Europe/Berlin", "off")
    place = TeamMembership.objects.get()
    assert (place.user.email, place.team.slug, place.role) == ("ana@acme.example", "search", "lead")
    assert set(Membership.objects.values_list("user__email", "role")) == {
        ("ana@acme.example", "admin"),
        ("ben@acme.example", "finance"),
    }
    mini = Deployment.objects.get(name="mini")
    assert (mini.provider.name, mini.model, mini.tags) == ("openai-main", "gpt-4o-mini", ["eu"])
    assert mini.price == {"input": 0.15, "cached_input": 0.075, "output": 0.6}
    route = Route.objects.get()
    assert [(target.deployment.name, target.weight) for target in route.targets.all()] == [("mini", 3), ("toy", 1)]
    assert (route.retries, route.connect_timeout, route.idle_timeout, route.total_timeout) == (2, 2.5, 30, 120)


def test_secrets_come_from_the_environment_and_are_stored_safely(sample: Path) -> None:
    apply(sample)
    assert decrypt(Credential.objects.get().encrypted) == SECRETS["OPENAI_API_KEY"]
    key = ApiKey.objects.get(name="search-prod")
    assert bytes(key.digest) == keys.digest(SECRETS["SEARCH_KEY"])
    assert key.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert (key.team and key.team.slug, key.routes, key.endpoints) == ("search", ["fast", "gpt-*"], ["chat"])


def test_a_key_without_value_is_made_and_told_once(sample: Path) -> None:
    [made] = apply(sample).made
    key = ApiKey.objects.get(name="locked")
    assert (made.organization, made.name, keys.digest(made.value)) == ("acme", "locked", bytes(key.digest))
    assert made.value.startswith("gw-test-")
    assert (key.blocked, key.routes) == (True, [])
    assert apply(sample).made == []


def test_a_second_time_changes_and_records_nothing(sample: Path) -> None:
    first = apply(sample)
    recorded = AuditEvent.objects.count()
    assert len(first.changes) == recorded > 10
    assert apply(sample).changes == []
    assert AuditEvent.objects.count() == recorded


def test_what_the_file_does_not_name_is_left_alone(sample: Path, write: Write) -> None:
    apply(sample)
    update_key(actor=None, key=ApiKey.objects.get(name="search-prod"), tags={"by": "hand"})
    organization = "version: 1\norganizations:\n  - slug: acme\n"
    changes = apply(write(organization + "    keys:\n      - {name: search-prod, routes: [fast]}\n")).changes
    assert [(event.action, event.before, event.after) for event in changes] == [
        ("key.update", {"routes": ["fast", "gpt-*"]}, {"routes": ["fast"]})
    ]


def test_null_takes_a_restriction_away(sample: Path, write: Write) -> None:
    apply(sample)
    text = "{name: search-prod, team: null, routes: null, endpoints: ~, expires: null}"
    apply(write(f"version: 1\norganizations:\n  - slug: acme\n    keys:\n      - {text}\n"))
    key = ApiKey.objects.get(name="search-prod")
    assert (key.team, key.routes, key.endpoints, key.expires_at) == (None, None, None, None)


def test_an_error_at_the_end_undoes_all(write: Write) -> None:
    text = SAMPLE.replace("${env:OPENAI_API_KEY}", "sk-x").replace("${env:SEARCH_KEY}", "short")
    with pytest.raises(ConfigurationError, match=r":42: organizations\[0\].keys\[0\].value: A key has 16"):
        apply(write(text))
    assert not Organization.objects.exists()


def test_a_plan_says_all_and_does_nothing(sample: Path) -> None:
    changes = plan(sample)
    assert {event.action for event in changes} >= {"organization.create", "route.create", "key.create", "key.block"}
    assert not Organization.objects.exists()
    assert not AuditEvent.objects.exists()


def test_secrets_that_are_not_at_hand_leave_those_that_are_there(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(sample)
    for name in SECRETS:
        monkeypatch.delenv(name)
    assert apply(sample).changes == []


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("OPENAI_API_KEY", r":17: organizations\[0\].providers\[0\].api_key: \$\{env:OPENAI_API_KEY\} is not set"),
        ("SEARCH_KEY", r":42: organizations\[0\].keys\[0\].value: \$\{env:SEARCH_KEY\} is not set"),
    ],
)
def test_a_secret_that_is_needed_must_be_at_hand(
    sample: Path, monkeypatch: pytest.MonkeyPatch, variable: str, message: str
) -> None:
    monkeypatch.delenv(variable)
    with pytest.raises(ConfigurationError, match=message):
        apply(sample)


def test_a_secret_may_stand_in_a_file_beside(sample: Path, write: Write) -> None:
    (sample.parent / "openai.key").write_text("sk-from-a-file-0123456789\n")
    apply(write(SAMPLE.replace("${env:OPENAI_API_KEY}", "${file:openai.key}")))
    assert decrypt(Credential.objects.get().encrypted) == "sk-from-a-file-0123456789"


def test_another_value_for_a_key_that_is_there_is_refused(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(sample)
    monkeypatch.setenv("SEARCH_KEY", "gw-live-another-value-0")
    with pytest.raises(ConfigurationError, match="search-prod has another value"):
        apply(sample)


def test_a_revoked_key_is_made_anew(sample: Path) -> None:
    apply(sample)
    revoke_key(actor=None, key=ApiKey.objects.get(name="locked"))
    assert [made.name for made in apply(sample).made] == ["locked"]
    assert ApiKey.objects.filter(name="locked").count() == 2


def test_prune_removes_what_the_sections_do_not_list(sample: Path, write: Write) -> None:
    apply(sample)
    text = """\
version: 1
organizations:
  - slug: acme
    teams: [{slug: search}]
    members: [{email: Ana@acme.example, role: admin, teams: {}}]
    providers: [{name: play, kind: sandbox}]
    deployments: [{name: toy, provider: play, model: sandbox-small}]
    routes: [{name: slow, targets: [{deployment: toy}]}]
    keys: []
"""
    apply(write(text), prune=True)
    assert list(Team.objects.values_list("slug", flat=True)) == ["search"]
    assert list(Membership.objects.values_list("user__email", flat=True)) == ["ana@acme.example"]
    assert not TeamMembership.objects.exists()
    assert list(ProviderAccount.objects.values_list("name", flat=True)) == ["play"]
    assert list(Deployment.objects.values_list("name", flat=True)) == ["toy"]
    assert list(Route.objects.values_list("name", flat=True)) == ["slow"]
    assert not ApiKey.objects.filter(revoked_at=None).exists()
    assert apply(write(text), prune=True).changes == []


def test_prune_leaves_absent_sections_alone(sample: Path, write: Write) -> None:
    apply(sample)
    assert apply(write("version: 1\norganizations:\n  - slug: acme\n"), prune=True).changes == []


def _with_providers(write: Write, *rows: str) -> Path:
    lines = "".join(f"      - {row}\n" for row in rows)
    return write(f"version: 1\norganizations:\n  - slug: acme\n    providers:\n{lines}")


def test_settings_stand_beside_the_kind(write: Write) -> None:
    apply(_with_providers(write, "{name: aws, kind: bedrock, region: eu-central-1, guardrail: g1@2}"))
    assert ProviderAccount.objects.get().settings == {"region": "eu-central-1", "guardrail": "g1@2"}
    # What is not named stays; null takes it away.
    apply(_with_providers(write, "{name: aws, kind: bedrock, guardrail: null}"))
    assert ProviderAccount.objects.get().settings == {"region": "eu-central-1"}
    apply(_with_providers(write, "{name: aws, kind: vertex, project: acme-1}"))
    assert ProviderAccount.objects.get().settings == {"project": "acme-1"}


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("{name: aws, kind: bedrock}", "gateway.yaml:5: organizations[0].providers[0]: region: AWS Bedrock needs it."),
        ("{name: a, kind: bedrock, region: mars}", "gateway.yaml:5: organizations[0].providers[0].region: “mars”"),
        ("{name: a, kind: openai, region: eu}", "gateway.yaml:5: organizations[0].providers[0].region: OpenAI has no"),
        ("{name: a, kind: openai, planet: eu}", "gateway.yaml:5: organizations[0].providers[0].planet: unknown field"),
        ("{name: a, kind: opeani}", "opeani is not known here, did you mean openai?"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(write: Write, row: str, error: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        apply(_with_providers(write, row))
    assert error in str(caught.value)
