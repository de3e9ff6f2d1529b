"""The "test" button: does this deployment answer? One real call with each of its keys, the cheapest there is.

The provider may charge a token or two.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from routing.asking import KeyedTarget, ask, explain, targets_of
from routing.models import Deployment
from routing.providers.registry import KINDS, Kind, adapter_for
from routing.wire.contract import Call, Json, ReadsHeaders, Target, UpstreamError
from routing.wire.failure import GatewayError

AT_ONCE = 8
# What a model's name says of it; the first that its provider does.
NAMED = (
    ("rerank", re.compile(r"re-?rank", re.IGNORECASE)),
    ("embeddings", re.compile(r"embed|(^|/)(bge|e5|gte)-", re.IGNORECASE)),
    ("moderations", re.compile(r"moderation", re.IGNORECASE)),
)
BODIES: dict[str, Json] = {
    "embeddings": {"input": "ping"},
    "rerank": {"query": "ping", "documents": ["ping"]},
    "moderations": {"input": "ping"},
}
# OpenAI's reasoning models know only this name of the limit, and fail where it leaves no room to think; its
# Responses API takes no less. https://platform.openai.com/docs/api-reference/chat/create
OTHER_LIMITS = re.compile("max_completion_tokens|max_output_tokens")


@dataclass(frozen=True, slots=True)
class KeyResult:
    """How it went with one of several keys."""

    hint: str  # its last characters
    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """``ok``: a request would be answered, since one key that works is enough."""

    ok: bool
    latency_ms: int
    message: str  # for people; never holds a secret
    keys: tuple[KeyResult, ...] = ()  # where there are several


def test_deployment(deployment: Deployment) -> CheckResult:
    """Ask for one token, one embedding, one ranking. Takes up to 20 seconds for 8 keys; says whatever goes wrong."""
    started = time.monotonic()
    targets = targets_of(deployment.provider, deployment.model)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        results = list(threads.map(_result, targets))
    best = next((result for result in results if result.ok), results[0])
    keys = tuple(results) if len(results) > 1 else ()
    return CheckResult(best.ok, round((time.monotonic() - started) * 1000), best.message, keys)


test_deployment.__test__ = False  # type: ignore[attr-defined]  # it is no test of ours, pytest


def _result(keyed: KeyedTarget) -> KeyResult:
    target = keyed.target
    if keyed.problem:
        return KeyResult(keyed.hint, False, keyed.problem)
    try:
        _check(target)
    except UpstreamError as error:
        return KeyResult(keyed.hint, False, explain(error, target))
    except GatewayError as error:
        return KeyResult(keyed.hint, False, error.message)
    return KeyResult(keyed.hint, True, f"{target.model} answered.")


def _check(target: Target) -> None:
    operation = _operation(KINDS[target.kind], target.model)
    if operation in BODIES:
        _try(operation, BODIES[operation], target)
        return
    chat: Json = {"messages": [{"role": "user", "content": "ping"}]}
    try:
        _try("chat", chat | {"max_tokens": 1}, target)
    except UpstreamError as error:
        if not OTHER_LIMITS.search(error.message):
            raise
        _try("chat", chat | {"max_completion_tokens": 16}, target)


def _operation(kind: Kind, model: str) -> str:
    """What the model is for, by its name; else a chat, or what its provider does instead."""
    named = (operation for operation, pattern in NAMED if operation in kind.operations and pattern.search(model))
    other = "chat" if kind.chat is not None else next((each for each in BODIES if each in kind.operations), "chat")
    return next(named, other)


def _try(operation: str, body: Json, target: Target) -> None:
    call = Call(operation, "openai_chat", {"model": target.model, **body}, target.model)
    adapter = adapter_for(target, call)
    status, headers, content = ask(adapter.build(call, target), target)
    if not 200 <= status < 300:
        raise adapter.error(status, headers, content)
    if isinstance(adapter, ReadsHeaders):
        adapter.read_headers(headers)
    adapter.parse(content)
