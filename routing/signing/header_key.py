"""The secret as it is, in a header of the provider's own naming."""

from collections.abc import Callable

from routing.wire.contract import Outgoing, Target


def named(header: str) -> Callable[[Outgoing, Target], None]:
    """A signer that puts the target's first secret into this header; nothing where it has none.

    The account's setting `key_header` names another, for proxies that want theirs.
    """

    def sign(outgoing: Outgoing, target: Target) -> None:
        if target.secrets:
            outgoing.headers.append((target.settings.get("key_header") or header, target.secrets[0]))

    return sign
