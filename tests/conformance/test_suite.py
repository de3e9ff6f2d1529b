"""The conformance suite over the samples, over all recorded traffic where it is at hand, and over planted faults."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from routing.providers.anthropic.adapter import AnthropicAdapter
from routing.providers.openai_responses import request as responses_request
from routing.wire.contract import Json
from routing.wire.dialects.registry import DIALECTS
from tests.conformance.__main__ import RECORDED, SAMPLES
from tests.conformance.exchanges import Exchange, exchange_in, lines_in, read
from tests.conformance.suite import failures, report_of

SHARES = 12


# B40
@pytest.mark.parametrize("file", sorted(path.name for path in SAMPLES.glob("*.jsonl")))
def test_the_samples_hold(file: str) -> None:
    assert report_of(map(exchange_in, (SAMPLES / file).read_bytes().splitlines())).wrong == []


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded traffic is not at hand")
@pytest.mark.parametrize("share", range(SHARES))
def test_all_recorded_traffic_holds(share: int) -> None:
    report = report_of(map(exchange_in, islice(lines_in(RECORDED), share, None, SHARES)))
    assert report.wrong == []
    assert report.totals["excepted"] < 0.05 * report.totals["passed"]


def sample(endpoint: str, stream: bool = False) -> Exchange:
    """A kept exchange whose request says a limit and whose answer holds text."""
    kept = (one for one in read(SAMPLES) if one.endpoint == endpoint and one.stream == stream and one.status == 200)
    return next(one for one in kept if one.request.get("max_tokens") and b'"text"' in one.body)


def test_a_text_that_is_lost_in_an_answer_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    written = DIALECTS["openai_responses"]
    empty = replace(written, answer=lambda *told: {**written.answer(*told), "output": []})
    exchange = sample("messages")
    assert failures(exchange) == []
    monkeypatch.setitem(DIALECTS, "openai_responses", empty)
    assert any("answer as openai_responses: says" in line for line in failures(exchange))


def test_an_invalid_answer_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    written = DIALECTS["openai_chat"]
    monkeypatch.setitem(
        DIALECTS, "openai_chat", replace(written, answer=lambda *told: {**written.answer(*told), "created": "now"})
    )
    assert any("answer as openai_chat: invalid at" in line for line in failures(sample("messages")))


def test_a_limit_that_is_lost_in_a_request_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses_request, "_limit", lambda chat, warnings: {})
    assert any("a limit of None tokens" in line for line in failures(sample("messages")))


def test_an_invalid_request_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses_request, "_limit", lambda chat, warnings: {"max_output_tokens": 4096, "limit": 4096})
    assert any("request to openai" in line and "invalid at" in line for line in failures(sample("messages")))


def test_a_usage_that_is_miscounted_fails() -> None:
    exchange = sample("messages")
    assert exchange.usage is not None
    wrong = replace(exchange, usage={**exchange.usage, "output_tokens": exchange.usage["output_tokens"] + 1})
    assert any("usage (got, recorded)" in line for line in failures(wrong))


def test_a_cut_stream_that_is_taken_for_whole_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = sample("messages", stream=True)
    cut = replace(exchange, body=exchange.body[: exchange.body.rindex(b"event: message_stop")])
    assert failures(exchange) == failures(cut) == []
    monkeypatch.setattr(AnthropicAdapter, "finish", lambda adapter: [])
    assert any("whole, was cut" in line for line in failures(cut))


def run(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.conformance", str(directory)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_tells_the_totals_and_fails_on_a_failure(tmp_path: Path) -> None:
    [line] = [line for line in (SAMPLES / "groq.jsonl").read_text().splitlines() if '"status": 200' in line][:1]
    (tmp_path / "groq.jsonl").write_text(line)
    done = run(tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "conformance: 1 passed, 0 failed, 0 excepted")

    broken: Json = json.loads(line)
    broken["response"]["body"] = '{"choices": "none"}'
    (tmp_path / "groq.jsonl").write_text(f"{line}\n{json.dumps(broken)}\n")
    done = run(tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "conformance: 1 passed, 1 failed, 0 excepted")


def test_the_command_fails_where_there_is_nothing(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "conformance: 0 passed, 0 failed, 0 excepted"
