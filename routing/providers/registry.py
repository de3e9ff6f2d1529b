"""Which provider kinds there are: who builds and reads, who signs, and how to ask whether it lives."""

from collections.abc import Callable
from dataclasses import dataclass

from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.providers.sandbox.answer import SandboxAnswer, answer
from routing.wire.contract import Adapter, Outgoing


@dataclass(frozen=True, slots=True)
class Kind:
    """One row. ``probe``: a path whose GET is free of charge, for health checks."""

    adapter: Callable[[], Adapter]
    signer: str  # a file of routing/signing
    probe: str = ""
    answers_here: Callable[[Outgoing], SandboxAnswer] | None = None  # in the process, no network


KINDS: dict[str, Kind] = {
    "sandbox": Kind(OpenAICompatibleAdapter, signer="bearer", answers_here=answer),
    "openai_compatible": Kind(OpenAICompatibleAdapter, signer="bearer", probe="/models"),
}
