"""`Authorization: Bearer …`, where there is a secret."""

import pytest

from routing.providers.registry import KINDS
from routing.signing.registry import SIGNERS
from routing.wire.contract import Headers, Outgoing, Target


@pytest.mark.parametrize(
    ("secrets", "headers"),
    [((), []), (("sk-1",), [("Authorization", "Bearer sk-1")]), (("sk-1", "sk-2"), [("Authorization", "Bearer sk-1")])],
)
def test_the_first_secret_signs(secrets: tuple[str, ...], headers: Headers) -> None:
    outgoing = Outgoing("/x", b"{}")
    SIGNERS["bearer"](outgoing, Target("openai_compatible", "http://x.example", "m", secrets=secrets))
    assert (outgoing.headers, outgoing.body) == (headers, b"{}")


def test_every_kind_has_a_signer() -> None:
    assert {kind.signer for kind in KINDS.values()} <= set(SIGNERS)


def test_a_target_does_not_show_its_secrets() -> None:
    assert "sk-1" not in repr(Target("openai_compatible", "http://x.example", "m", secrets=("sk-1",)))
