"""The ways to sign, by name."""

from collections.abc import Callable

from routing.signing import aws, bearer
from routing.wire.contract import Outgoing, Target

SIGNERS: dict[str, Callable[[Outgoing, Target], None]] = {"aws": aws.sign, "bearer": bearer.sign}
