"""From a list of deployments to the first that answers: how often each is asked, and what the caller hears."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proxy import attempts
from routing.proxy.attempts import HELD_EVENTS, LONGEST_BACKOFF
from routing.proxy.health import FAILURES_TO_OPEN
from routing.proxy.snapshot import TimeLimits
from routing.wire.contract import ErrorKind, UpstreamError
from tests.clock import jumping
from tests.routing.proxy.parts import (
    END,
    ROLE,
    SECRET,
    Answer,
    Rig,
    ScriptedUpstream,
    chunk,
    deployment,
    event,
    failure,
    route,
    stream,
    whole,
)

UNREACHABLE = UpstreamError(ErrorKind.CONNECTION, "The provider could not be reached.")
HELLO = chunk({"content": "Hello"})


def answered() -> Answer:
    return Answer([whole()])


# B26
@pytest.mark.parametrize("retries", [0, 1, 3])
@pytest.mark.parametrize("targets", [1, 2, 3])
@pytest.mark.parametrize("streamed", [True, False])
@jumping
async def test_attempts_are_targets_times_tries(tmp_path: Path, retries: int, targets: int, streamed: bool) -> None:
    names = ["a", "b", "c"][:targets]
    upstream = ScriptedUpstream(*(failure(500) for _ in range(100)))
    rig = Rig(tmp_path, upstream, route(*map(deployment, names), retries=retries))

    client = await rig.chat(stream=streamed)

    assert [model for model, _ in upstream.calls] == [f"model-{name}" for name in names for _ in range(1 + retries)]
    assert client.headers["x-gateway-attempts"] == str(len(upstream.calls)) == str(len(rig.row["attempts"]))
    assert (client.status, client.error["code"]) == (502, "server_error")
    assert all(answer.closed for answer in upstream.given)


# B7: what fails before the first content moves on
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    "failed",
    [failure(429), failure(500), failure(503), failure(401), failure(404), failure(302), UNREACHABLE, Answer([])],
    ids=["429", "500", "503", "401", "404", "302", "unreachable", "empty"],
)
@jumping
async def test_the_fallback_answers(tmp_path: Path, streamed: bool, failed: Answer | UpstreamError) -> None:
    answer = failed if isinstance(failed, UpstreamError) else Answer([*failed.pieces], failed.status)
    upstream = ScriptedUpstream(answer, stream("Hi") if streamed else answered())
    rig = Rig(tmp_path, upstream, route(deployment("a"), deployment("b")))

    client = await rig.chat(stream=streamed)

    assert (client.status, client.headers["x-gateway-deployment"]) == (200, "b")
    assert rig.row["outcome"] == "ok"


# B7
@pytest.mark.parametrize(
    "broken",
    [
        [ROLE, event({"error": {"message": "Overloaded", "type": "overloaded_error"}})],
        [event({"error": {"message": "Overloaded"}})],
        [ROLE],
        [ROLE, UpstreamError(ErrorKind.TRUNCATED, "It broke off.")],
        [ROLE, 100.0],
        [ROLE, b": keep-alive\n\n", 100.0],
        [b'{"choices": [{"message": {"content": "whole"}}]}'],
        [b"<html>Sign in</html>"],
    ],
    ids=["error-after-role", "error", "cut", "broken", "silent", "keep-alive", "json", "html"],
)
@jumping
async def test_a_stream_without_content_moves_on(tmp_path: Path, broken: list[bytes | float | UpstreamError]) -> None:
    first = Answer([*broken])
    upstream = ScriptedUpstream(first, stream("Hi"))
    limits = TimeLimits(first_token=2.0)
    rig = Rig(tmp_path, upstream, route(deployment("a"), deployment("b"), limits=limits))

    client = await rig.chat(stream=True)

    assert (client.status, client.headers["x-gateway-deployment"], first.closed) == (200, "b", True)
    assert client.body.startswith(ROLE)  # of the second alone
    assert client.body.count(b"assistant") == 1


@jumping
async def test_content_that_came_is_not_taken_back(tmp_path: Path) -> None:
    upstream = ScriptedUpstream(Answer([HELLO, event({"error": {"message": "Overloaded"}})]), stream("Hi"))
    rig = Rig(tmp_path, upstream, route(deployment("a"), deployment("b"), retries=3))

    client = await rig.chat(stream=True)

    assert len(upstream.calls) == 1
    assert (client.chunks[0], client.error["message"]) == (HELLO, "Overloaded")


@jumping
async def test_content_and_error_in_one_piece_are_both_passed_on(tmp_path: Path) -> None:
    upstream = ScriptedUpstream(Answer([HELLO + event({"error": {"message": "Overloaded"}})]))
    rig = Rig(tmp_path, upstream, route(deployment()))
    client = await rig.chat(stream=True)
    assert (client.chunks[0], client.error["message"]) == (HELLO, "Overloaded")


@pytest.mark.parametrize("status", [400, 422])
@jumping
async def test_a_request_at_fault_is_not_tried_again(tmp_path: Path, status: int) -> None:
    upstream = ScriptedUpstream(failure(status), answered())
    rig = Rig(tmp_path, upstream, route(deployment("a"), deployment("b"), retries=3))

    client = await rig.chat()

    assert (len(upstream.calls), client.status) == (1, status)


# Another deployment may do better, the same one not.
@pytest.mark.parametrize(
    "body",
    [
        {"message": "Too long", "code": "context_length_exceeded"},
        {"message": "Filtered", "code": "content_filter"},
        {"message": "Who?", "code": "invalid_api_key"},
        {"message": "What?", "code": "model_not_found"},
    ],
)
@jumping
async def test_what_a_second_try_cannot_help_moves_on_at_once(tmp_path: Path, body: dict[str, str]) -> None:
    upstream = ScriptedUpstream(failure(400, None, **body), answered())
    rig = Rig(tmp_path, upstream, route(deployment("a"), deployment("b"), retries=3))
    client = await rig.chat()
    assert ([model for model, _ in upstream.calls], client.status) == (["model-a", "model-b"], 200)


@jumping
async def test_tries_are_spaced_ever_wider(tmp_path: Path) -> None:
    upstream = ScriptedUpstream(*(failure(500) for _ in range(8)))
    rig = Rig(tmp_path, upstream, route(deployment(), retries=7))
    started = asyncio.get_running_loop().time()

    await rig.chat()

    waited = asyncio.get_running_loop().time() - started
    usual = 0.25 + 0.5 + 1 + 2 + 4 + LONGEST_BACKOFF + LONGEST_BACKOFF
    assert 0.8 * usual <= waited <= 1.2 * usual


@jumping
async def test_a_provider_that_says_when_is_asked_then(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path, ScriptedUpstream(failure(429, {"retry-after": "3"}), answered()), route(deployment(), retries=1)
    )
    started = asyncio.get_running_loop().time()

    client = await rig.chat()

    assert (client.status, asyncio.get_running_loop().time() - started) == (200, pytest.approx(3))


@jumping
async def test_who_says_not_soon_is_not_asked_again(tmp_path: Path) -> None:
    upstream = ScriptedUpstream(failure(429, {"retry-after": "60"}), answered())
    rig = Rig(tmp_path, upstream, route(deployment("a"), deployment("b"), retries=3))
    started = asyncio.get_running_loop().time()

    client = await rig.chat()

    assert (client.status, client.headers["x-gateway-deployment"]) == (200, "b")
    assert asyncio.get_running_loop().time() == started


@jumping
async def test_retry_after_is_passed_on(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(failure(429, {"retry-after": "60"})), route(deployment()))
    client = await rig.chat()
    assert (client.status, client.headers["retry-after"]) == (429, "60")


# B9: together, however many attempts
@pytest.mark.parametrize("streamed", [True, False])
@jumping
async def test_the_total_limit_ends_all_attempts(tmp_path: Path, streamed: bool) -> None:
    upstream = ScriptedUpstream(*(Answer([100.0]) for _ in range(9)))
    limits = TimeLimits(first_token=3.0, total=5.0)
    rig = Rig(tmp_path, upstream, route(*map(deployment, "abc"), retries=2, limits=limits))
    started = asyncio.get_running_loop().time()

    client = await rig.chat(stream=streamed)

    assert asyncio.get_running_loop().time() - started == pytest.approx(5, abs=0.01)
    assert (client.status, client.error["code"]) == (504, "timeout")
    assert all(answer.closed for answer in upstream.given)


# B37: it is left out while it is open, and users are no probes
@jumping
async def test_a_dead_primary_is_skipped(tmp_path: Path) -> None:
    dead, alive = deployment("a"), deployment("b")
    upstream = ScriptedUpstream()
    rig = Rig(tmp_path, upstream, route(dead, alive))
    upstream.answers = [each for _ in range(FAILURES_TO_OPEN) for each in (failure(500), answered())]
    for _ in range(FAILURES_TO_OPEN):
        await rig.chat()

    upstream.answers = [answered() for _ in range(20)]
    asked_before = len(upstream.calls)
    clients = [await rig.chat() for _ in range(20)]
    await asyncio.sleep(5)

    assert {model for model, _ in upstream.calls[asked_before:]} == {"model-b"}
    assert {client.headers["x-gateway-attempts"] for client in clients} == {"1"}
    assert rig.probed
    await rig.plane.health.close()


@jumping
async def test_a_long_frame_without_content_is_taken_as_it_is(tmp_path: Path) -> None:
    """No stream is held back for ever."""
    upstream = ScriptedUpstream(Answer([*[ROLE] * HELD_EVENTS, 10.0, HELLO, END]))
    rig = Rig(tmp_path, upstream, route(deployment()))
    client = await rig.chat(stream=True)
    assert client.body == ROLE * HELD_EVENTS + HELLO + END.split(b"\n\n", 1)[0] + b"\n\n" + event("[DONE]")


# B15
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
@pytest.mark.parametrize("streamed", [True, False])
@jumping
async def test_our_key_never_comes_back(tmp_path: Path, status: int, streamed: bool) -> None:
    quoting = failure(status, message=f"Key {SECRET} is refused", code=SECRET, param=SECRET)
    rig = Rig(tmp_path, ScriptedUpstream(quoting), route(deployment()))

    client = await rig.chat(stream=streamed)

    assert client.status and client.status >= 400
    assert SECRET not in client.body.decode() + str(client.headers) + str(rig.row)


# B15
@jumping
async def test_our_key_never_comes_back_within_a_stream(tmp_path: Path) -> None:
    error = event({"error": {"message": f"Key {SECRET} is refused", "code": SECRET}})
    rig = Rig(tmp_path, ScriptedUpstream(Answer([HELLO, error])), route(deployment()))
    client = await rig.chat(stream=True)
    assert client.error["message"] == "Key … is refused"
    assert SECRET not in client.body.decode() + str(rig.row)


@given(st.integers(1, 12), st.none() | st.floats(0, LONGEST_BACKOFF))
def test_a_pause_is_bounded_and_never_shorter_than_asked(tries: int, retry_after: float | None) -> None:
    error = UpstreamError(ErrorKind.RATE_LIMIT, "", retry_after=retry_after)
    pause = attempts._backoff(tries, error)
    assert max(retry_after or 0, 0.2) <= pause <= 1.2 * LONGEST_BACKOFF
