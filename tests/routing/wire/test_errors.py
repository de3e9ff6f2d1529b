"""What providers' error bodies mean: the kind decides whether another try or another deployment can help."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.wire.contract import ErrorKind, UpstreamError
from routing.wire.openai_errors import LONGEST_WAIT, error_from_body, error_from_object, retry_after
from tests.upstream import cassettes

SHARED = Path(__file__).parents[4] / "shared" / "data" / "wire" / "errors_from_issues.jsonl"
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


@given(st.integers(100, 599), ANYTHING | st.builds(lambda error: {"error": error}, ERROR_FIELDS | ANYTHING))
def test_any_body_is_some_error(status: int, body: Any) -> None:
    error = error_from_body(status, {}, json.dumps(body).encode())
    assert isinstance(error.kind, ErrorKind)
    assert isinstance(error.message, str) and error.message
    assert error.code is None or isinstance(error.code, str)


@given(st.binary())
def test_any_bytes_are_some_error(body: bytes) -> None:
    assert error_from_body(500, {}, body).kind is ErrorKind.SERVER


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("1.5", 1.5), ("86400", 86400), ("1e99", LONGEST_WAIT), ("inf", LONGEST_WAIT), ("-1", None),
     ("nan", None), ("soon", None), ("", None)],
)  # fmt: skip
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


def test_retry_after_as_a_date() -> None:
    later, earlier = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (2, -2))
    assert retry_after({"retry-after": format_datetime(later, usegmt=True)}) == pytest.approx(120, abs=2)
    assert retry_after({"retry-after": format_datetime(earlier, usegmt=True)}) is None
    assert retry_after({}) is None


@given(st.text() | st.from_regex(r"\w{3}, \d{1,2} \w{3} \d{1,9} \d\d?:\d\d:\d\d [+-]\d{1,12}"))
def test_any_retry_after_is_seconds_or_nothing(value: str) -> None:
    seconds = retry_after({"retry-after": value})
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


RECORDED = [one for one in cassettes.kept() if one.status >= 400 and one.endpoint == "chat.completions"]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: f"{recorded.provider}-{recorded.status}")
def test_recorded_errors_keep_their_words(recorded: cassettes.Cassette) -> None:
    error = error_from_body(recorded.status, {}, recorded.body)
    expected = {400: ErrorKind.BAD_REQUEST, 401: ErrorKind.AUTH, 404: ErrorKind.NOT_FOUND}
    assert error.kind is expected[recorded.status]
    assert error.message == recorded.json["error"]["message"]


@pytest.mark.skipif(not SHARED.exists(), reason="the collection is not beside the repository")
def test_errors_from_issues_are_worth_another_try_where_waiting_helps() -> None:
    lasting = ("current quota", "Request too large", "on-demand throughput", "prompt is too long", "maximum context")
    for line in SHARED.read_text().splitlines():
        case = json.loads(line)
        if case["status"] == 200:
            continue
        error = error_from_body(case["status"], {}, orjson.dumps(case["body"]))
        momentary = not any(word in error.message for word in lasting)
        temporary = error.kind in (ErrorKind.RATE_LIMIT, ErrorKind.OVERLOADED, ErrorKind.SERVER)
        google = case["provider"] == "gemini"  # its "quota" may be of a minute
        assert temporary == momentary or google, case
