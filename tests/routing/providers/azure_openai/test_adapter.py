"""Requests reach a deployment on each of Azure's surfaces; its filters are told for what they are."""

from typing import Any

import orjson
import pytest

from routing.providers.registry import adapter_for, base_url_of
from routing.wire.contract import Call, ErrorKind, Json, Outgoing, Target, TruncatedStream

V1 = {"resource": "ours"}
DATED = {"resource": "ours", "api_version": "2024-10-21"}
FOUNDRY = "https://ours.services.ai.azure.com/models"
MESSAGES = [{"role": "user", "content": "Hello"}]


def built(
    settings: dict[str, str], operation: str = "chat", dialect: str = "openai_chat", base_url: str = "", **body: Any
) -> tuple[str, Json]:
    """The whole address, and the body."""
    call = Call(operation, dialect, body, "route", stream=bool(body.get("stream")))
    call.to_chat = lambda body: {"messages": MESSAGES, **body}
    target = Target("azure_openai", base_url_of("azure_openai", base_url, settings), "our gpt", settings=settings)
    outgoing: Outgoing = adapter_for(target, call).build(call, target)
    return target.base_url + outgoing.path, orjson.loads(outgoing.body)


@pytest.mark.parametrize(
    ("settings", "operation", "dialect", "base_url", "address"),
    [
        (V1, "chat", "openai_chat", "", "https://ours.openai.azure.com/openai/v1/chat/completions"),
        (V1, "chat", "anthropic_messages", "", "https://ours.openai.azure.com/openai/v1/chat/completions"),
        (V1, "chat", "openai_completions", "", "https://ours.openai.azure.com/openai/v1/completions"),
        (V1, "chat", "openai_responses", "", "https://ours.openai.azure.com/openai/v1/responses"),
        (V1, "embeddings", "openai_chat", "", "https://ours.openai.azure.com/openai/v1/embeddings"),
        (DATED, "chat", "openai_chat", "", "https://ours.openai.azure.com/openai/deployments/our%20gpt/chat/completions"),
        (DATED, "embeddings", "openai_chat", "", "https://ours.openai.azure.com/openai/deployments/our%20gpt/embeddings"),
        (DATED, "chat", "openai_responses", "", "https://ours.openai.azure.com/openai/responses"),
        (
            DATED, "chat", "openai_completions", "",
            "https://ours.openai.azure.com/openai/deployments/our%20gpt/completions",
        ),
        (
            {"api_version": "2024-10-21"}, "chat", "openai_chat", "https://apim.example/llm/openai",
            "https://apim.example/llm/openai/deployments/our%20gpt/chat/completions",
        ),
        (
            {}, "chat", "openai_chat", "https://x.cognitiveservices.azure.com",
            "https://x.cognitiveservices.azure.com/openai/v1/chat/completions",
        ),
        (
            {"api_version": "2024-10-21"}, "chat", "openai_chat", "https://x.cognitiveservices.azure.com",
            "https://x.cognitiveservices.azure.com/openai/deployments/our%20gpt/chat/completions",
        ),
        ({}, "chat", "openai_chat", FOUNDRY, FOUNDRY + "/chat/completions"),
    ],
)  # fmt: skip
def test_each_surface_has_its_paths(
    settings: dict[str, str], operation: str, dialect: str, base_url: str, address: str
) -> None:
    assert built(settings, operation, dialect, base_url, messages=MESSAGES, input="x", prompt="x")[0] == address


@pytest.mark.parametrize("resource", ["", "evil.example/", "ours.evil", "ours#", "Ours", "-ours", "a" * 64])
def test_no_resource_leads_elsewhere(resource: str) -> None:
    assert base_url_of("azure_openai", "", {"resource": resource}) == ""


def test_the_deployment_s_name_is_the_model() -> None:  # B40
    assert built(V1, model="route", messages=MESSAGES, made_up=1)[1] == {
        "model": "our gpt", "messages": MESSAGES, "made_up": 1
    }  # fmt: skip


# B1
@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        (V1, True),
        (DATED, True),
        ({**V1, "api_version": "2024-08-01-preview"}, False),
        ({**V1, "api_version": "preview"}, True),
    ],
)
def test_old_versions_are_not_asked_for_usage_which_they_refuse(settings: dict[str, str], asked: bool) -> None:
    assert ("stream_options" in built(settings, messages=MESSAGES, stream=True)[1]) is asked


def test_other_callers_get_what_openai_s_models_want() -> None:
    chat = built(V1, dialect="anthropic_messages", max_tokens=9)[1]
    assert (chat["max_completion_tokens"], "max_tokens" in chat) == (9, False)


def failed(status: int, error: Json) -> tuple[ErrorKind, str]:
    target = Target("azure_openai", "https://ours.openai.azure.com/openai/v1", "m")
    adapter = adapter_for(target, Call("chat", "openai_chat", {}, "m"))
    made = adapter.error(status, {}, orjson.dumps({"error": error}))
    return made.kind, made.message


FILTERED = {
    "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    "type": None, "param": "prompt", "code": "content_filter", "status": 400,
    "innererror": {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {
            "hate": {"filtered": False, "severity": "safe"},
            "jailbreak": {"filtered": True, "detected": True},
        },
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, FILTERED, ErrorKind.CONTENT_FILTER),
        (400, {**FILTERED, "code": "BadRequest"}, ErrorKind.CONTENT_FILTER),
        (400, {"code": "content_management_policy", "message": "Blocked."}, ErrorKind.CONTENT_FILTER),
        (401, {"code": "401", "message": "Access denied due to invalid subscription key."}, ErrorKind.AUTH),
        (401, {"code": "PermissionDenied", "message": "The principal lacks the data action."}, ErrorKind.AUTH),
        (404, {"code": "DeploymentNotFound", "message": "The API deployment does not exist."}, ErrorKind.NOT_FOUND),
        (400, {"code": "unknown_model", "message": "Unknown model: m"}, ErrorKind.NOT_FOUND),
        (400, {"code": "OperationNotSupported", "message": "Not with this model."}, ErrorKind.BAD_REQUEST),
    ],
)
def test_errors_are_told_for_what_they_are(status: int, error: Json, kind: ErrorKind) -> None:
    assert failed(status, error) == (kind, error["message"])


def test_a_stream_may_begin_with_what_the_filters_found_of_the_prompt() -> None:  # B19
    target = Target("azure_openai", "https://ours.openai.azure.com/openai/v1", "m")
    call = Call("chat", "anthropic_messages", {}, "m", stream=True, to_chat=lambda body: {"messages": MESSAGES})
    adapter = adapter_for(target, call)
    adapter.build(call, target)
    filters = {"choices": [], "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]}
    said = {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]}
    first, second = adapter.feed(b"".join(b"data: %b\n\n" % orjson.dumps(chunk) for chunk in (filters, said)))
    assert (list(first.chunks), first.content, first.usage_only) == ([], False, False)
    assert second.content
    with pytest.raises(TruncatedStream):
        adapter.finish()
