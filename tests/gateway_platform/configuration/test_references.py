"""Names that refer to something, and what the services refuse: told at the line of the file."""

import pytest

from gateway_platform.configuration.apply import apply
from gateway_platform.configuration.document import ConfigurationError
from tests.gateway_platform.configuration.conftest import Write

pytestmark = pytest.mark.django_db

BASE = """\
version: 1
organizations:
  - slug: acme
    teams: [{slug: search}]
    providers: [{name: play, kind: sandbox}]
    deployments: [{name: toy, provider: play, model: m}]
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("keys: [{name: k, team: serach}]",
         "keys[0].team: there is no team serach, did you mean search?"),
        ("members: [{email: a@b.example, role: admin, teams: {ads: lead}}]",
         "members[0].teams: there is no team ads"),
        ("routes: [{name: r, targets: [{deployment: tyo}]}]",
         "routes[0].targets[0].deployment: there is no deployment tyo, did you mean toy?"),
        ("routes: [{name: r, targets: []}]",
         "routes[0].targets: A route needs a target with a weight above zero."),
        ("routes: [{name: r, targets: [{deployment: toy}], retries: 11}]",
         "routes[0].retries: Ensure this value is less than or equal to 10."),
        ("timezone: Mars/Olympus",
         "timezone: Mars/Olympus is no timezone; write it like Europe/Berlin."),
        ("members: [{email: nobody, role: admin}]",
         "members[0].email: Enter a valid email address."),
        ("keys: [{name: k, value: tooshort}]",
         "keys[0].value: A key has 16 to 512 characters."),
    ],
)  # fmt: skip
def test_a_refusal_names_its_line(write: Write, text: str, problem: str) -> None:
    path = write(f"{BASE}    {text}\n")
    with pytest.raises(ConfigurationError) as caught:
        apply(path)
    assert caught.value.problems == [f"{path}:7: organizations[0].{problem}"]


def test_a_missing_address_is_told_at_the_provider(write: Write) -> None:
    path = write(BASE.replace("kind: sandbox", "kind: openai_compatible"))
    with pytest.raises(ConfigurationError) as caught:
        apply(path)
    [problem] = caught.value.problems
    assert problem.startswith(f"{path}:5: organizations[0].providers[0]: base_url: An address begins with http")
