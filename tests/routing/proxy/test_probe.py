"""Asking a deployment whether it lives: free of charge, and never a user's request."""

import pytest

from routing.proxy.probe import prober
from routing.proxy.upstream import Upstream
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError
from tests.routing.proxy.parts import Answer, ScriptedUpstream, deployment


class Asked(ScriptedUpstream):
    """Remembers the request itself."""

    outgoing: Outgoing

    def __init__(self, *answers: Answer | UpstreamError) -> None:
        super().__init__(*answers)
        self.keys: list[str] = []

    async def send(self, outgoing: Outgoing, target: Target, connect: float) -> Answer:
        self.outgoing = outgoing
        self.keys += target.secrets
        answer = self.answers.pop(0)
        if isinstance(answer, UpstreamError):
            raise answer
        self.given.append(answer)
        return answer


@pytest.mark.parametrize(
    ("status", "alive"),
    [(200, True), (404, True), (429, True), (403, True), (401, False), (500, False), (503, False), (529, False)],
)
async def test_what_is_life(status: int, alive: bool) -> None:
    upstream = Asked(Answer([], status))
    assert await prober(upstream)(deployment()) is alive
    assert (upstream.outgoing.method, upstream.outgoing.path, upstream.outgoing.body) == ("GET", "/models", b"")
    assert upstream.given[0].closed


@pytest.mark.parametrize(("statuses", "alive"), [([401, 200], True), ([401, 401], False), ([401, 503], False)])
async def test_one_living_key_is_enough(statuses: list[int], alive: bool) -> None:
    upstream = Asked(*(Answer([], status) for status in statuses))
    keys = Target("openai_compatible", "http://d1.example/v1", "m", secrets=("sk-1", "sk-2"))
    assert await prober(upstream)(deployment(target=keys)) is alive
    assert upstream.keys == ["sk-1", "sk-2"]


async def test_no_answer_is_none() -> None:
    with pytest.raises(UpstreamError):
        await prober(Asked(UpstreamError(ErrorKind.CONNECTION, "")))(deployment())


async def test_the_sandbox_always_lives() -> None:
    upstream: Upstream = ScriptedUpstream()
    assert await prober(upstream)(deployment(kind="sandbox")) is True
