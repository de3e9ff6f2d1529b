"""Asking a deployment whether it lives: free of charge, and never a user's request."""

import pytest

from routing.proxy.probe import prober
from routing.proxy.upstream import Upstream
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError
from tests.routing.proxy.parts import Answer, ScriptedUpstream, deployment


class Asked(ScriptedUpstream):
    """Remembers the request itself."""

    outgoing: Outgoing

    async def send(self, outgoing: Outgoing, target: Target, connect: float) -> Answer:
        self.outgoing = outgoing
        answer = self.answers.pop(0)
        if isinstance(answer, UpstreamError):
            raise answer
        self.given.append(answer)
        return answer


@pytest.mark.parametrize(
    ("status", "alive"), [(200, True), (404, True), (401, True), (500, False), (503, False), (529, False)]
)
async def test_any_answer_but_a_server_error_is_life(status: int, alive: bool) -> None:
    upstream = Asked(Answer([], status))
    assert await prober(upstream)(deployment()) is alive
    assert (upstream.outgoing.method, upstream.outgoing.path, upstream.outgoing.body) == ("GET", "/models", b"")
    assert upstream.given[0].closed


async def test_no_answer_is_none() -> None:
    with pytest.raises(UpstreamError):
        await prober(Asked(UpstreamError(ErrorKind.CONNECTION, "")))(deployment())


async def test_the_sandbox_always_lives() -> None:
    upstream: Upstream = ScriptedUpstream()
    assert await prober(upstream)(deployment(kind="sandbox")) is True
