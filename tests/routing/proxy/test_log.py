"""One line a request, written by a thread that nobody waits for."""

import asyncio
import threading
from typing import Any

import orjson
import pytest

from billing.dataplane.event import Event
from routing.proxy import log
from routing.proxy.log import RequestLog
from tests.billing.events import make_event


async def flushed(request_log: RequestLog) -> None:
    async with asyncio.timeout(5):
        while request_log._flushing or request_log._lines:  # noqa: ASYNC110  (nothing to wait for but that)
            await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "FLUSH_SECONDS", 0.001)


async def test_each_line_is_json_with_the_figures_of_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    request_log, event = RequestLog(), make_event()

    request_log.write(event, event["organization"], event["deployment"])
    await flushed(request_log)

    [line] = capsys.readouterr().out.splitlines()
    said: dict[str, Any] = orjson.loads(line)
    row: dict[str, Any] = dict(event)
    assert said == {name: row[name] for name in said}
    assert {"request_id", "outcome", "status", "cost_nano", "duration_ms"} <= set(said)


async def test_a_reader_that_hangs_holds_one_thread_and_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, hung, written = threading.Event(), [], []

    def write(lines: list[str]) -> None:
        hung.append(threading.current_thread())
        reads.wait(10)
        written.extend(lines)

    monkeypatch.setattr(log, "_write", write)
    monkeypatch.setattr(log, "HELD_LINES", 100)
    request_log, event = RequestLog(), make_event()

    for _ in range(20):
        for _ in range(50):
            request_log.write(event, event["organization"], event["deployment"])
        await asyncio.sleep(0.002)

    assert len(hung) == 1
    assert len(request_log._lines) <= 100
    reads.set()
    await flushed(request_log)
    assert 50 <= len(written) <= 200


async def test_a_reader_that_is_gone_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(lines: list[str]) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(log, "_write", write)
    request_log, event = RequestLog(), make_event()
    for _ in range(3):
        request_log.write(event, event["organization"], event["deployment"])
        await flushed(request_log)


async def test_lines_that_come_during_a_write_follow_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    request_log, event = RequestLog(), make_event()
    loop = asyncio.get_running_loop()

    def write(lines: list[str]) -> None:
        if not batches:
            asyncio.run_coroutine_threadsafe(write_more(request_log, event), loop).result(5)
        batches.append(len(lines))

    monkeypatch.setattr(log, "_write", write)
    request_log.write(event, event["organization"], event["deployment"])
    await flushed(request_log)
    assert batches == [1, 2]


async def write_more(request_log: RequestLog, event: Event) -> None:
    request_log.write(event, event["organization"], event["deployment"])
    request_log.write(event, event["organization"], event["deployment"])
