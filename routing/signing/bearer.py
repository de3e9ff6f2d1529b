"""`Authorization: Bearer …`, as OpenAI and most look-alikes want it."""

from routing.wire.contract import Outgoing, Target


def sign(outgoing: Outgoing, target: Target) -> None:
    """Add the target's first secret; nothing where it has none (a local server)."""
    if target.secrets:
        outgoing.headers.append(("Authorization", f"Bearer {target.secrets[0]}"))
