"""What goes out: the caller's own body, or a chat of the internal form in Anthropic's words."""

import base64
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.providers.anthropic.adapter import AnthropicAdapter
from routing.providers.anthropic.models import ADAPTIVE_MAX_TOKENS, DEFAULT_MAX_TOKENS, traits
from routing.wire.contract import ErrorKind, Json, UpstreamError
from tests.routing.providers.anthropic.exchanges import HELLO, OWN, built, call, target
from tests.routing.providers.openai_compatible.test_stream import ANYTHING

FUNCTION = {"name": "add", "description": "Adds.", "parameters": {"type": "object", "properties": {"a": {}}}}
TOOL = {"type": "function", "function": FUNCTION}
SENT_TOOL = {"name": "add", "description": "Adds.", "input_schema": FUNCTION["parameters"]}
MARKED = {"cache_control": {"type": "ephemeral"}}
PDF = "data:application/pdf;base64,JVBERi0="


def refused(chat: Json, model: str = "claude-sonnet-4-5") -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        built(chat, model)
    return caught.value


def last_content(*parts: Json) -> Any:
    return built({"messages": [{"role": "user", "content": list(parts)}]})["messages"][-1]["content"]


def test_headers_are_version_and_betas() -> None:
    asked = call({"messages": HELLO})
    assert AnthropicAdapter().build(asked, target()).headers == [("anthropic-version", "2023-06-01")]
    asked.headers = {"anthropic-version": "2026-10-21", "anthropic-beta": "context-management-2025-06-27,x"}
    assert AnthropicAdapter().build(asked, target()).headers == [
        ("anthropic-version", "2026-10-21"),
        ("anthropic-beta", "context-management-2025-06-27,x"),
    ]


def test_a_version_that_the_account_sets_stands() -> None:
    fixed = target()
    fixed = type(fixed)(fixed.kind, fixed.base_url, fixed.model, {"Anthropic-Version": "2023-01-01"})
    assert AnthropicAdapter().build(call({"messages": HELLO}), fixed).headers == []


def test_the_least_chat() -> None:
    assert built({}) == {
        "model": "claude-sonnet-4-5",
        "max_tokens": DEFAULT_MAX_TOKENS,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
    }


# B40
@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_max_tokens_is_never_lost(name: str) -> None:
    assert built({name: 7})["max_tokens"] == 7
    assert built({name: 7, "reasoning_effort": "high"})["max_tokens"] == 7
    assert refused({name: "many"}).param == name
    assert refused({name: 0}).param == name


def test_max_tokens_has_a_default_for_each_generation() -> None:
    wanted = {
        "claude-3-haiku-20240307": 4096,
        "claude-3-5-sonnet-latest": 8192,
        "claude-3-7-sonnet": DEFAULT_MAX_TOKENS,
        "claude-opus-4-8": ADAPTIVE_MAX_TOKENS,
        "minimax-m3": DEFAULT_MAX_TOKENS,
    }
    assert {model: built({}, model)["max_tokens"] for model in wanted} == wanted


def test_sampling_stop_and_the_rest() -> None:
    body = built({"temperature": 0.5, "top_k": 5, "stop": "END", "user": "u-1", "service_tier": "default"}, stream=True)
    assert body["temperature"] == 0.5
    assert body["top_k"] == 5
    assert body["stop_sequences"] == ["END"]
    assert body["metadata"] == {"user_id": "u-1"}
    assert body["service_tier"] == "standard_only"
    assert body["stream"] is True


# B40: what cannot be said is told
@pytest.mark.parametrize(
    ("chat", "model", "missing", "told"),
    [
        ({"temperature": 1.8}, "claude-sonnet-4-5", None, "temperature was lowered"),
        ({"temperature": 0.2, "top_p": 0.5}, "claude-sonnet-4-5", "top_p", "top_p was left out"),
        ({"temperature": 0.2}, "claude-opus-4-8", "temperature", "temperature was left out"),
        ({"top_k": 4}, "claude-sonnet-5", "top_k", "top_k was left out"),
        ({"temperature": 0.2, "reasoning_effort": "low"}, "claude-sonnet-4-5", "temperature", "while it thinks"),
        ({"stop": ["\n", "END"]}, "claude-sonnet-4-5", None, "stop: blank"),
        ({"logit_bias": {"1": 2}}, "claude-sonnet-4-5", "logit_bias", "logit_bias was left out"),
        ({"seed": 42}, "claude-sonnet-4-5", "seed", "seed was left out"),
        ({"service_tier": "flex"}, "claude-sonnet-4-5", "service_tier", "service_tier was left out"),
        ({"metadata": {"order": "7"}}, "claude-sonnet-4-5", "metadata", "metadata was left out"),
    ],
)
def test_what_is_left_out_is_told(chat: Json, model: str, missing: str | None, told: str) -> None:
    warnings: list[str] = []
    body = built(chat, model, warnings)
    assert missing not in body
    assert told in "; ".join(warnings)


def test_defaults_that_say_nothing_are_not_told() -> None:
    warnings: list[str] = []
    built(
        {"n": 1, "logprobs": False, "presence_penalty": 0, "store": False, "temperature": 1},
        "claude-opus-4-8",
        warnings,
    )
    assert warnings == []


def test_several_answers_are_refused() -> None:
    error = refused({"n": 2})
    assert (error.kind, error.status, error.param) == (ErrorKind.UNSUPPORTED, 400, "n")


def test_instructions_stand_apart_from_the_conversation() -> None:
    warnings: list[str] = []
    body = built({"messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "text", "text": "Be kind.", **MARKED}]},
        *HELLO,
        {"role": "system", "content": "Now in French."},
    ]}, warnings=warnings)  # fmt: skip
    assert body["system"] == [
        {"type": "text", "text": "Be brief."},
        {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "Now in French."},
    ]
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert warnings == ["messages[3] was moved to the start"]


# B41
def test_roles_take_turns_and_nothing_is_empty() -> None:
    body = built({"messages": [
        {"role": "assistant", "content": "Welcome."},
        {"role": "user", "content": "One"},
        {"role": "user", "content": "Two"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": [{"type": "text", "text": " "}]},
        {"role": "assistant", "content": None},
        {"role": "assistant", "content": "Well, "},
    ]})  # fmt: skip
    assert [(m["role"], [block["text"] for block in m["content"]]) for m in body["messages"]] == [
        ("user", ["(empty)"]),
        ("assistant", ["Welcome."]),
        ("user", ["One", "Two"]),
        ("assistant", ["Well,"]),
    ]


# B41
def test_a_chat_of_instructions_alone_has_a_user() -> None:
    body = built({"messages": [{"role": "system", "content": "Say hi."}]})
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "(empty)"}]}]


def use(identity: str, name: str = "add", arguments: str = '{"a":1}') -> Json:
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


# B39, B41
def test_a_round_of_tools_with_thoughts() -> None:
    thought = {"type": "thinking", "thinking": "Let me add.", "signature": "c2ln"}
    hidden = {"type": "redacted_thinking", "data": "eHg="}
    body = built({"tools": [TOOL], "messages": [
        *HELLO,
        {"role": "assistant", "content": "Adding.", "tool_calls": [use("call_1"), use("call.2:0", arguments="")],
         "reasoning_content": "Let me add.", "thinking_blocks": [{"index": 0, **thought}, hidden]},
        {"role": "tool", "tool_call_id": "call_1", "content": ""},
        {"role": "tool", "tool_call_id": "call.2:0", "content": "no", "is_error": True,
         "cache_control": {"type": "ephemeral"}},
        {"role": "user", "content": "And?"},
    ]})  # fmt: skip
    assert body["messages"][1]["content"] == [
        thought,
        hidden,
        {"type": "text", "text": "Adding."},
        {"type": "tool_use", "id": "call_1", "name": "add", "input": {"a": 1}},
        {"type": "tool_use", "id": "call_2_0", "name": "add", "input": {}},
    ]
    assert body["messages"][2] == {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "call_1"},
            {"type": "tool_result", "tool_use_id": "call_2_0", "content": "no", "is_error": True,
             "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "And?"},
        ],
    }  # fmt: skip


# B39: thoughts that came in pieces, their text apart from their signature
def test_the_text_of_a_signed_thought_may_come_apart() -> None:
    said = {"role": "assistant", "content": "Hi", "reasoning_content": "Hm.",
            "thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "c2ln"}]}  # fmt: skip
    body = built({"messages": [*HELLO, said, *HELLO]})
    assert body["messages"][1]["content"][0] == {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}


def test_thoughts_of_other_providers_are_left_out() -> None:
    warnings: list[str] = []
    foreign = {"type": "thinking", "thinking": "Hm.", "signature": "google.abc"}
    said = [
        {"role": "assistant", "content": "Hi", "thinking_blocks": [foreign]},
        {"role": "assistant", "content": "Hi", "reasoning_content": "Hm."},
    ]
    body = built({"messages": [*HELLO, *said, *HELLO]}, warnings=warnings)
    assert {block["type"] for message in body["messages"] for block in message["content"]} == {"text"}
    assert len(warnings) == 2


def test_a_call_without_an_id_meets_its_result() -> None:
    messages = [*HELLO, {"role": "assistant", "tool_calls": [use("")]}, {"role": "tool", "content": "2"}]
    said = built({"messages": messages})["messages"]
    assert said[1]["content"][0]["id"] == said[2]["content"][0]["tool_use_id"] != ""


def test_older_functions_are_tools() -> None:
    messages = [
        *HELLO,
        {"role": "assistant", "content": None, "function_call": {"name": "add", "arguments": "{}"}},
        {"role": "function", "name": "add", "content": "2"},
    ]
    body = built({"functions": [FUNCTION], "messages": messages})
    assert body["tools"] == [SENT_TOOL]
    assert body["messages"][1]["content"][0]["type"] == "tool_use"
    assert body["messages"][2]["content"][0]["content"] == "2"


def test_pictures_and_documents() -> None:
    assert last_content(
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "high"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}, **MARKED},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF, "citations": {"enabled": True}}},
        {"type": "file", "file": {"file_url": "https://example.org/b.pdf", "title": "B", "context": "old"}},
        {"type": "file", "file": {"file_data": "data:text/plain;base64," + base64.b64encode("ä".encode()).decode()}},
        {"type": "file", "file": {"file_data": "data:image/gif;base64,R0lG"}},
    ) == [
        {"type": "text", "text": "Look:"},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"},
         "cache_control": {"type": "ephemeral"}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
         "title": "a.pdf", "citations": {"enabled": True}},
        {"type": "document", "source": {"type": "url", "url": "https://example.org/b.pdf"}, "title": "B",
         "context": "old"},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "ä"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": "R0lG"}},
    ]  # fmt: skip


def test_a_file_by_its_id_turns_its_beta_on() -> None:
    file = {"type": "file", "file": {"file_id": "file_1"}}
    outgoing = AnthropicAdapter().build(call({"messages": [{"role": "user", "content": [file]}]}), target())
    assert ("anthropic-beta", "files-api-2025-04-14") in outgoing.headers
    assert orjson.loads(outgoing.body)["messages"][0]["content"] == [
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}}
    ]


@pytest.mark.parametrize(
    ("part", "kind", "param"),
    [
        ({"type": "input_audio", "input_audio": {}}, ErrorKind.UNSUPPORTED, "messages[0].content[0]"),
        ({"type": "image_url", "image_url": {}}, ErrorKind.BAD_REQUEST, "messages[0].content[0].image_url"),
        ({"type": "image_url", "image_url": "data:x"}, ErrorKind.BAD_REQUEST, "messages[0].content[0].image_url"),
        ({"type": "file", "file": {}}, ErrorKind.BAD_REQUEST, "messages[0].content[0].file"),
        ({"type": "file", "file": {"file_data": "data:application/zip;base64,/////w=="}}, ErrorKind.UNSUPPORTED,
         "messages[0].content[0].file"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_by_name(part: Json, kind: ErrorKind, param: str) -> None:
    error = refused({"messages": [{"role": "user", "content": [part]}]})
    assert (error.kind, error.param) == (kind, param)


def test_pictures_in_a_tool_s_result() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}
    messages = [
        *HELLO,
        {"role": "assistant", "tool_calls": [use("call_1")]},
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "A chart"}, image]},
    ]
    [result] = built({"messages": messages})["messages"][2]["content"]
    assert [block["type"] for block in result["content"]] == ["text", "image"]


@pytest.mark.parametrize(
    ("role", "content"), [("robot", "Hi"), (None, "Hi"), (["user"], "Hi")], ids=["unknown", "none", "list"]
)
def test_an_unknown_role_is_refused_by_name(role: Any, content: str) -> None:
    assert refused({"messages": [{"role": role, "content": content}]}).param == "messages[0].role"


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([
    "messages", "tools", "tool_choice", "response_format", "reasoning_effort", "thinking", "stop", "metadata",
    "max_tokens", "temperature", "n", "functions", "web_search_options", "parallel_tool_calls", "service_tier", "user",
]), ANYTHING), st.sampled_from(["claude-3-opus", "claude-sonnet-4-5", "claude-opus-4-8", "other"]))  # fmt: skip
def test_odd_chats_are_built_or_refused(chat: dict[str, Any], model: str) -> None:
    try:
        built(chat, model)
    except UpstreamError as error:
        assert error.status == 400  # noqa: PT017 - either is right


ROLE = st.sampled_from(["system", "user", "assistant", "tool", "developer", "function"])
PART = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url", "file", "native", "refusal", "input_audio"]) | ANYTHING},
    optional={"text": ANYTHING, "image_url": ANYTHING, "file": ANYTHING, "block": ANYTHING, "dialect": st.just(OWN)},
)
MESSAGE = st.fixed_dictionaries(
    {"role": ROLE, "content": ANYTHING | st.lists(PART, max_size=3)},
    optional={
        "tool_calls": ANYTHING | st.lists(st.fixed_dictionaries({"id": ANYTHING, "function": ANYTHING}), max_size=2),
        "tool_call_id": ANYTHING,
        "thinking_blocks": ANYTHING
        | st.lists(st.fixed_dictionaries({"type": st.just("thinking"), "signature": ANYTHING})),
        "native_blocks": ANYTHING
        | st.lists(st.fixed_dictionaries({"dialect": st.just(OWN), "block": ANYTHING, "at": ANYTHING})),
        "citations": ANYTHING,
        "cache_control": ANYTHING,
    },
)


@settings(max_examples=300, deadline=None)
@given(st.lists(MESSAGE, max_size=4))
def test_odd_messages_are_built_or_refused(messages: list[dict[str, Any]]) -> None:
    try:
        body = built({"messages": messages})
    except UpstreamError as error:
        assert error.status == 400 and error.param  # noqa: PT017 - either is right
        return
    roles = [message["role"] for message in body["messages"]]
    assert roles[0] == "user"
    assert all(one != other for one, other in pairwise(roles))
    assert all(message["content"] for message in body["messages"])


def test_the_traits_of_a_model_come_from_its_name() -> None:
    thinking = {
        "claude-instant-1.2": "none", "claude-2.1": "none", "claude-3-5-haiku-latest": "none",
        "claude-3-7-sonnet-20250219": "budget", "claude-sonnet-4-20250514": "budget", "claude-haiku-4-5": "budget",
        "claude-opus-4-6": "adaptive", "claude-sonnet-5": "adaptive", "claude-haiku-5-5": "adaptive",
        "claude-mythos-preview": "adaptive", "anthropic.claude-opus-4-1-v1:0": "budget", "glm-5": "budget",
    }  # fmt: skip
    assert {model: traits(model).thinking for model in thinking} == thinking
    assert not traits("claude-opus-4-7").sampling
    assert traits("claude-opus-4-6").sampling
    assert traits("claude-opus-4-1-20250805").structured
    assert not traits("claude-sonnet-4-20250514").structured
