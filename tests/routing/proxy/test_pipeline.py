"""A request's way: an answer and one row, however it ends."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from routing.proxy.snapshot import TimeLimits
from routing.wire.contract import ErrorKind, UpstreamError
from tests.clock import jumping
from tests.routing.proxy.parts import (
    COST,
    END,
    Answer,
    Client,
    Rig,
    ScriptedUpstream,
    chat_body,
    chunk,
    deployment,
    failure,
    route,
    stream,
    whole,
)


@jumping
async def test_a_whole_answer_travels_as_it_came(tmp_path: Path) -> None:
    body = whole("Hello")
    rig = Rig(tmp_path, ScriptedUpstream(Answer([body])), route(deployment()))

    client = await rig.chat()

    assert (client.status, client.body, client.complete) == (200, body, True)
    assert client.headers["x-gateway-cost"] == f"{COST / 1e9:.9f}"
    assert client.headers["x-request-id"] == rig.row["request_id"]
    assert (rig.row["outcome"], rig.row["cost_nano"], rig.row["status"]) == ("ok", COST, 200)


@jumping
async def test_a_stream_is_settled_before_its_end_goes_out(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(stream("Hel", "lo")), route(deployment()))
    client = Client(chat_body(stream=True))
    rows_before_end: list[int] = []
    send = client.send

    async def watching(message: object) -> None:
        rows_before_end.append(len(rig.rows))
        await send(message)

    await rig.proxy(client.scope, client.receive, watching)

    assert client.body.endswith(b"data: [DONE]\n\n")
    assert rows_before_end[-1] == 1
    assert set(rows_before_end[:-1]) == {0}
    assert (rig.row["outcome"], rig.row["cost_nano"]) == ("ok", COST)


# B1: asked for upstream, billed, and stripped from what a client sees that did not ask
@pytest.mark.parametrize("asked", [True, False])
@jumping
async def test_usage_chunk(tmp_path: Path, asked: bool) -> None:
    upstream = ScriptedUpstream(stream("Hi"))
    rig = Rig(tmp_path, upstream, route(deployment()))

    client = await rig.chat(stream=True, **({"stream_options": {"include_usage": True}} if asked else {}))

    assert (b'"usage"' in client.body) == asked
    assert upstream.calls[0][1]["stream_options"] == {"include_usage": True}
    assert rig.row["cost_nano"] == COST


@jumping
async def test_a_stream_s_connection_is_read_to_its_end_and_let_go(tmp_path: Path) -> None:
    answer = stream("Hi")
    answer.pieces.append(b": a comment after the end\n\n")
    rig = Rig(tmp_path, ScriptedUpstream(answer), route(deployment()))

    await rig.chat(stream=True)

    assert (answer.ended, answer.closed) == (True, True)


@pytest.mark.parametrize("streamed", [True, False])
@jumping
async def test_a_client_that_leaves_ends_the_attempt(tmp_path: Path, streamed: bool) -> None:
    answer = Answer([chunk({"content": "Hel"}), 100.0, END] if streamed else [100.0, whole()])
    rig = Rig(tmp_path, ScriptedUpstream(answer), route(deployment()))
    client = Client(chat_body(stream=streamed))

    serving = asyncio.create_task(rig.call(client))
    await asyncio.sleep(1)
    client.leave()
    await serving

    assert answer.closed
    assert (rig.row["outcome"], rig.row["usage_source"]) == ("aborted", "estimate" if streamed else "none")
    assert (rig.row["cost_nano"] > 0) == streamed


@jumping
async def test_a_client_that_leaves_as_a_limit_fires_is_not_served_on(tmp_path: Path) -> None:
    limits = TimeLimits(first_token=2.0)
    upstream = ScriptedUpstream(Answer([100.0]), stream("for nobody"))
    rig = Rig(tmp_path, upstream, route(deployment("a"), deployment("b"), limits=limits))
    client = Client(chat_body(stream=True))
    asyncio.get_running_loop().call_later(2.0, client.leave)

    await rig.call(client)

    assert len(upstream.calls) == 1
    assert rig.row["outcome"] == "aborted"


# B9: the total limit holds while waiting for another try, too
@jumping
async def test_the_total_limit_ends_a_pause_between_tries(tmp_path: Path) -> None:
    answer = failure(500, {"retry-after": "4"})
    rig = Rig(tmp_path, ScriptedUpstream(answer), route(deployment(), retries=1, limits=TimeLimits(total=2.0)))
    started = asyncio.get_running_loop().time()

    client = await rig.chat()

    assert asyncio.get_running_loop().time() - started == pytest.approx(2.0)
    assert (client.status, client.error["code"]) == (504, "timeout")
    assert rig.row["outcome"] == "error"


# B9: the first-token limit is of an attempt, not of the pause after it
@jumping
async def test_a_pause_between_tries_is_no_silence_of_the_provider(tmp_path: Path) -> None:
    limits = TimeLimits(first_token=2.0)
    upstream = ScriptedUpstream(failure(500, {"retry-after": "4"}), stream("Hi"))
    rig = Rig(tmp_path, upstream, route(deployment(), retries=1, limits=limits))

    client = await rig.chat(stream=True)

    assert (client.status, rig.row["outcome"], len(upstream.calls)) == (200, "ok", 2)


class SlowClient(Client):
    """Takes a minute for the last bytes."""

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            await asyncio.sleep(60)
        await super().send(message)


@jumping
async def test_a_slow_client_does_not_run_into_the_total_limit_once_the_answer_is_whole(tmp_path: Path) -> None:
    answers = [Answer([whole()]), stream("Hi")]
    limits = TimeLimits(total=5.0)
    rig = Rig(tmp_path, ScriptedUpstream(*answers), route(deployment(), limits=limits))

    for streamed in (False, True):
        client = SlowClient(chat_body(stream=streamed))
        await rig.call(client)
        assert client.complete

    assert [row["outcome"] for row in rig.rows] == ["ok", "ok"]
    assert all(answer.closed for answer in answers)


@pytest.mark.parametrize("streamed", [True, False])
@jumping
async def test_a_stopping_server_leaves_no_connection_open(tmp_path: Path, streamed: bool) -> None:
    answer = Answer([chunk({"content": "Hel"}), 100.0] if streamed else [100.0])
    rig = Rig(tmp_path, ScriptedUpstream(answer), route(deployment()))

    serving = asyncio.create_task(rig.chat(stream=streamed))
    await asyncio.sleep(1)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving

    assert answer.closed
    assert rig.row["outcome"] == "aborted"


class Bug(Exception):
    """Something that nobody thought of."""


class BrokenUpstream(ScriptedUpstream):
    async def send(self, *arguments: object) -> Answer:
        raise Bug


@jumping
async def test_a_bug_is_an_answer_and_a_row_that_says_so(tmp_path: Path) -> None:
    rig = Rig(tmp_path, BrokenUpstream(), route(deployment()))

    client = await rig.chat()

    assert (client.status, client.error["code"]) == (500, "internal_error")
    assert (rig.row["outcome"], rig.row["status"], rig.row["error_code"]) == ("error", 500, "internal_error")


@jumping
async def test_a_bug_within_a_stream_cuts_it_off_and_the_row_says_so(tmp_path: Path) -> None:
    class BrokenAnswer(Answer):
        async def next(self) -> bytes:
            if not self.pieces:
                raise Bug
            return await super().next()

    answer = BrokenAnswer([chunk({"content": "Hel"})])
    rig = Rig(tmp_path, ScriptedUpstream(answer), route(deployment()))
    client = Client(chat_body(stream=True))

    with pytest.raises(Bug):  # the server closes the connection
        await rig.call(client)

    assert not client.complete
    assert answer.closed
    assert (rig.row["outcome"], rig.row["error_code"]) == ("truncated", "internal_error")


# B6
@pytest.mark.parametrize(
    "end", [b"", b"data: [DO", UpstreamError(ErrorKind.TRUNCATED, "It broke off.")], ids=["silent", "half", "broken"]
)
@jumping
async def test_a_stream_cut_short_ends_in_an_error(tmp_path: Path, end: bytes | UpstreamError) -> None:
    answer = Answer([chunk({"content": "Hel"}), *([end] if end else [])])
    rig = Rig(tmp_path, ScriptedUpstream(answer), route(deployment()))

    client = await rig.chat(stream=True)

    assert (client.status, client.error["code"], client.complete) == (200, "truncated_stream", True)
    assert b"[DONE]" not in client.body
    assert (rig.row["outcome"], rig.row["status"]) == ("truncated", 200)
    assert answer.closed
