"""The ways to sign, by name."""

from collections.abc import Callable

from routing.signing import bearer
from routing.wire.contract import Outgoing, Target

SIGNERS: dict[str, Callable[[Outgoing, Target], None]] = {"bearer": bearer.sign}
