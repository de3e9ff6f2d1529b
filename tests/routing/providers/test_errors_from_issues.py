"""Errors that people quoted in issues, each read by its own provider's adapter: what it means, and how long to wait."""

import json
from pathlib import Path

import orjson
import pytest

from routing.providers.registry import adapter_for
from routing.wire.contract import Call, ErrorKind, Json, Target, UpstreamError

COLLECTION = Path(__file__).parents[4] / "shared" / "data" / "wire" / "errors_from_issues.jsonl"
CASES: list[Json] = [json.loads(line) for line in COLLECTION.read_text().splitlines()] if COLLECTION.exists() else []
# Those that are called otherwise here.
KINDS: dict[str, str] = {"azure": "azure_openai", "meta-llama-api": "openai_compatible"}
BY_STATUS = {429: ErrorKind.RATE_LIMIT, 500: ErrorKind.SERVER, 529: ErrorKind.OVERLOADED}
# Where the status alone says too little.
MEANT = {
    "https://github.com/anthropics/claude-code/issues/4248": ErrorKind.OVERLOADED,  # said with 500
    "https://github.com/boldsoftware/exe.dev/issues/62": ErrorKind.CONTEXT_LENGTH,
    "https://github.com/DrShushen/climb/issues/13": ErrorKind.CONTEXT_LENGTH,  # said with 429: it never fits
    "https://github.com/IIC2440/Syllabus-2025-1/issues/14": ErrorKind.AUTH,  # said with 429: the money is used up
    "https://github.com/crewAIInc/crewAI-examples/issues/121": ErrorKind.CONTEXT_LENGTH,
    "https://github.com/evalstate/fast-agent/issues/621": ErrorKind.CONTEXT_LENGTH,
    "https://github.com/daisuke-awaji/moca/issues/254": ErrorKind.CONTEXT_LENGTH,
    "https://github.com/anthropics/claude-code/issues/1466": ErrorKind.NOT_FOUND,  # it needs an inference profile
}
WAITS = {
    "https://github.com/semanser/codel/issues/72": 18.642,
    "https://github.com/continuedev/continue/issues/11472": 0.174,
    "https://github.com/vanderschaarlab/climb/issues/1": 86_400,
    "https://github.com/openai/openai-python/issues/937": 55,
    "https://github.com/minorun365/agent-book/issues/29": 3600,  # a day's quota
}


def error_of(case: Json) -> UpstreamError:
    provider: str = case["provider"]
    kind = KINDS.get(provider, provider)
    call = Call("chat", "openai_chat", {"messages": []}, "m", stream=True)
    target = Target(kind, "https://provider.example/v1", "m")
    adapter = adapter_for(target, call)
    body = case["body"]
    raw = b"" if body is None else body.encode() if isinstance(body, str) else orjson.dumps(body)
    if case["status"] != 200:
        return adapter.error(case["status"], case["headers"], raw)
    adapter.build(call, target)
    adapter.feed(raw)
    assert adapter.failed is not None
    return adapter.failed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["source_url"].partition(".com/")[2])
def test_what_is_quoted_is_understood(case: Json) -> None:
    error = error_of(case)
    source = case["source_url"]
    expected = MEANT.get(source) or BY_STATUS.get(case["status"], ErrorKind.OVERLOADED)  # the last: inside a stream
    assert error.kind is expected
    assert error.retry_after == (pytest.approx(WAITS[source]) if source in WAITS else None)
    said = json.dumps(case["body"], ensure_ascii=False)
    assert case["body"] is None or json.dumps(error.message, ensure_ascii=False)[1:-1] in said.replace('\\"', '"')


@pytest.mark.skipif(not CASES, reason="the collection is not beside the repository")
def test_no_expectation_has_lost_its_error() -> None:
    assert {*MEANT, *WAITS} <= {case["source_url"] for case in CASES}
