"""What providers' error bodies mean: the kind decides whether another try or another deployment can help."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.wire.contract import ErrorKind, UpstreamError
from routing.wire.openai_errors import error_from_body, error_from_object
from tests.upstream import cassettes

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
ERROR_FIELDS = st.dictionaries(st.sampled_from(["message", "code", "type", "param", "detail", "object"]), ANYTHING)


def read(status: int, error: Any, **headers: str) -> UpstreamError:
    return error_from_body(status, headers, orjson.dumps(error))


# Verbatim, as their issues quote them.
QUOTED: list[tuple[str, int, Any, ErrorKind]] = [
    ("openai-rate", 429, {"error": {"message": "Rate limit reached for gpt-4o", "type": "tokens", "param": None,
        "code": "rate_limit_exceeded"}}, ErrorKind.RATE_LIMIT),
    ("openai-never-fits", 429, {"error": {"message": "Request too large for gpt-4o in organization org-x on tokens per "
        "min (TPM): Limit 30000, Requested 30601.", "type": "tokens", "code": "rate_limit_exceeded"}},
        ErrorKind.CONTEXT_LENGTH),
    ("openai-quota", 429, {"error": {"message": "You exceeded your current quota", "type": "insufficient_quota",
        "param": None, "code": "insufficient_quota"}}, ErrorKind.AUTH),
    ("openai-length", 400, {"error": {"message": "This model's maximum context length is 8192 tokens.",
        "type": "invalid_request_error", "code": "context_length_exceeded"}}, ErrorKind.CONTEXT_LENGTH),
    ("deepseek-length", 400, {"error": {"message": "This model's maximum context length is 131072 tokens. However, you "
        "requested 131134 tokens", "type": "invalid_request_error", "code": "invalid_request_error"}},
        ErrorKind.CONTEXT_LENGTH),
    ("anthropic-length", 400, {"type": "error", "error": {"type": "invalid_request_error",
        "message": "prompt is too long: 200251 tokens > 200000 maximum"}}, ErrorKind.CONTEXT_LENGTH),
    ("azure-filter", 400, {"error": {"code": "content_filter", "message": "The response was filtered", "status": 400}},
        ErrorKind.CONTENT_FILTER),
    ("anthropic-overloaded", 529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
        ErrorKind.OVERLOADED),
    ("vertex-array", 429, [{"error": {"code": 429, "message": "Resource exhausted.", "status": "RESOURCE_EXHAUSTED"}}],
        ErrorKind.RATE_LIMIT),
    ("llama-api-7807", 429, {"title": "Too Many Requests", "detail": "Wait.", "status": 429}, ErrorKind.RATE_LIMIT),
    ("groq-flex", 498, {"error": {"message": "Flex tier capacity exceeded"}}, ErrorKind.OVERLOADED),
    ("fastapi", 422, {"detail": [{"loc": ["body", "messages"], "msg": "field required"}]}, ErrorKind.BAD_REQUEST),
    ("mistral-validation", 422, {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body",
        "top_k"], "msg": "Extra inputs are not permitted"}]}, "type": "invalid_request_error"}, ErrorKind.BAD_REQUEST),
    ("xai-key", 400, {"code": "invalid-argument", "error": "Incorrect API key provided."}, ErrorKind.AUTH),
    ("perplexity-length", 400, {"error": {"message": "The total length of all messages is too long.",
        "type": "too_many_prompt_tokens", "code": 400}}, ErrorKind.CONTEXT_LENGTH),
    ("deepseek-filter", 400, {"error": {"message": "Content Exists Risk", "type": "invalid_request_error",
        "code": "invalid_request_error"}}, ErrorKind.CONTENT_FILTER),
    ("moonshot-quota", 429, {"error": {"message": "Your account is suspended, please check your plan",
        "type": "exceeded_current_quota_error"}}, ErrorKind.AUTH),
    ("moonshot-busy", 429, {"error": {"message": "The engine is currently overloaded, please try again later",
        "type": "engine_overloaded_error"}}, ErrorKind.OVERLOADED),
    ("zai-balance", 429, {"error": {"code": "1113", "message": "Insufficient balance or no resource package. Please "
        "recharge."}}, ErrorKind.AUTH),
    ("dashscope-arrears", 400, {"error": {"code": "Arrearage", "message": "Access denied, please make sure your "
        "account is in good standing.", "type": "Arrearage"}}, ErrorKind.AUTH),
    ("cloudflare", 400, {"errors": [{"message": "AiError: No such model @cf/x or task", "code": 5007}],
        "success": False}, ErrorKind.BAD_REQUEST),
    ("databricks", 403, {"error_code": "PERMISSION_DENIED", "message": "You do not have permission."}, ErrorKind.AUTH),
    ("voyage-model", 400, {"detail": "Model nonexistent is not supported. Supported models are ['voyage-3']."},
        ErrorKind.NOT_FOUND),
    ("nvidia", 403, {"type": "urn:nim:error", "title": "Forbidden", "status": 403}, ErrorKind.AUTH),
    ("text", 400, {"error": "model requires more system memory"}, ErrorKind.BAD_REQUEST),
    ("unknown-model", 404, {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}},
        ErrorKind.NOT_FOUND),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind"), [case[1:] for case in QUOTED], ids=[case[0] for case in QUOTED])
def test_quoted_errors(status: int, body: Any, kind: ErrorKind) -> None:
    error = read(status, body)
    assert (error.kind, error.status) == (kind, status)
    assert error.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, ErrorKind.SERVER), (400, ErrorKind.BAD_REQUEST), (401, ErrorKind.AUTH), (402, ErrorKind.AUTH),
        (403, ErrorKind.AUTH), (404, ErrorKind.NOT_FOUND), (405, ErrorKind.SERVER), (408, ErrorKind.TIMEOUT),
        (410, ErrorKind.NOT_FOUND), (413, ErrorKind.CONTEXT_LENGTH), (422, ErrorKind.BAD_REQUEST),
        (429, ErrorKind.RATE_LIMIT), (500, ErrorKind.SERVER), (502, ErrorKind.SERVER), (503, ErrorKind.OVERLOADED),
        (504, ErrorKind.TIMEOUT), (529, ErrorKind.OVERLOADED),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b"null", b"[]", b"{}", b'"no"', b"\xff"])
def test_without_a_readable_body_the_status_decides(status: int, kind: ErrorKind, body: bytes) -> None:
    error = error_from_body(status, {}, body)
    assert error.kind is kind
    assert error.message == f"The provider answered with status {status}."


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "Overloaded", "type": "overloaded_error"}, ErrorKind.OVERLOADED),
        ({"message": "Slow down", "code": 429}, ErrorKind.RATE_LIMIT),
        ({"message": "Slow down", "code": "429"}, ErrorKind.RATE_LIMIT),
        ({"message": "Provider disconnected", "code": "server_error"}, ErrorKind.SERVER),
        ({"message": "Bad", "type": "invalid_request_error"}, ErrorKind.BAD_REQUEST),
        ("something broke", ErrorKind.SERVER),
        (True, ErrorKind.SERVER),
    ],
)
def test_errors_inside_a_stream_have_no_status(error: Any, kind: ErrorKind) -> None:
    assert error_from_object(error, 200).kind is kind


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"detail": [{"loc": ["body", "messages", 0], "msg": "field required"}]}, "body.messages.0: field required"),
        ({"message": {"detail": [{"loc": ["a", "b"], "msg": "no"}, {"loc": ["c"], "msg": "no"}]}}, "a.b: no; c: no"),
        ({"errors": [{"message": "No such model", "code": 5007}]}, "No such model"),
        ({"error": {"message": "Provider returned error", "metadata": {"raw": '{"why":"busy"}'}}},
         'Provider returned error ({"why":"busy"})'),
        ({"error": {"message": {"odd": 1}}}, '{"odd":1}'),
        ({"code": "x", "error": "Words alone"}, "Words alone"),
    ],
)  # fmt: skip
def test_the_words_are_found_wherever_they_stand(body: Any, message: str) -> None:
    assert read(400, body).message == message


def test_a_code_beside_the_words_is_kept() -> None:
    assert read(400, {"code": "invalid-argument", "error": "No."}).code == "invalid-argument"


@pytest.mark.parametrize("field", ["message", "code", "type", "param", "detail", "errors", "loc", "metadata"])
def test_what_is_nested_deeply_is_some_error(field: str) -> None:
    deep = b"[" * 1000 + b"]" * 1000
    for body in (b'{"%b":%b}', b'{"error":{"%b":%b}}', b'{"detail":[{"msg":"x","%b":%b}]}'):
        assert error_from_body(400, {}, body % (field.encode(), deep)).message


@given(st.integers(100, 599), ANYTHING | st.builds(lambda error: {"error": error}, ERROR_FIELDS | ANYTHING))
def test_any_body_is_some_error(status: int, body: Any) -> None:
    error = error_from_body(status, {}, json.dumps(body).encode())
    assert isinstance(error.kind, ErrorKind)
    assert isinstance(error.message, str) and error.message
    assert error.code is None or isinstance(error.code, str)


@given(st.binary())
def test_any_bytes_are_some_error(body: bytes) -> None:
    assert error_from_body(500, {}, body).kind is ErrorKind.SERVER


RECORDED = [one for one in cassettes.kept() if one.status >= 400 and one.endpoint == "chat.completions"]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: f"{recorded.provider}-{recorded.status}")
def test_recorded_errors_keep_their_words(recorded: cassettes.Cassette) -> None:
    error = error_from_body(recorded.status, {}, recorded.body)
    expected = {400: ErrorKind.BAD_REQUEST, 401: ErrorKind.AUTH, 404: ErrorKind.NOT_FOUND}
    assert error.kind is expected[recorded.status]
    assert error.message == recorded.json["error"]["message"]
