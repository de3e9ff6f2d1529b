"""What Anthropic's callers say, in the internal form."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.wire.contract import Call, Json
from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from routing.wire.failure import GatewayError
from tests.routing.providers.anthropic.exchanges import everything
from tests.routing.providers.openai_compatible.test_stream import ANYTHING

HINT = {"defer_loading": True}
MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
to_chat = ANTHROPIC_MESSAGES.to_chat


def read(**body: Any) -> Json:
    return to_chat({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], **body})


def conversation(*messages: Json) -> list[Json]:
    return list(read(messages=list(messages))["messages"])


def said(*blocks: Json, role: str = "user") -> list[Json]:
    return conversation({"role": role, "content": list(blocks)})


def test_recorded_requests_are_understood() -> None:
    for recorded in everything():
        before = repr(recorded.request)
        chat = to_chat(recorded.request)
        assert chat["max_tokens"] == recorded.request["max_tokens"]
        assert all(isinstance(message["role"], str) for message in chat["messages"])
        assert repr(recorded.request) == before


def test_the_least_request() -> None:
    assert read() == {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}


# B23: Claude Code's instructions
def test_system_blocks_keep_their_cache_markers() -> None:
    blocks = [{"type": "text", "text": "You are Claude Code."}, {"type": "text", "text": "Rules", **MARK}]
    assert read(system=blocks)["messages"][0] == {"role": "system", "content": blocks}
    assert read(system="Be brief.")["messages"][0] == {"role": "system", "content": "Be brief."}
    assert read(system=[blocks[0]])["messages"][0] == {"role": "system", "content": "You are Claude Code."}
    assert [message["role"] for message in read(system=[])["messages"]] == ["user"]


def test_fields_with_another_name() -> None:
    chat = read(
        stop_sequences=["END"], metadata={"user_id": "u-1"}, service_tier="standard_only", temperature=0.3, top_p=0.9,
        top_k=5, stream=True,
    )  # fmt: skip
    assert chat["stop"] == ["END"]
    assert chat["user"] == "u-1"
    assert chat["service_tier"] == "default"
    assert (chat["temperature"], chat["top_p"], chat["top_k"]) == (0.3, 0.9, 5)


def test_thinking_effort_and_format() -> None:
    schema = {"type": "object", "properties": {}}
    chat = read(
        thinking={"type": "enabled", "budget_tokens": 2000},
        output_config={"effort": "max", "format": {"type": "json_schema", "schema": schema}},
    )
    assert chat["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    assert chat["reasoning_effort"] == "xhigh"
    assert chat["response_format"]["json_schema"]["schema"] == schema
    older = read(output_format={"type": "json_schema", "schema": schema})
    assert older["response_format"] == chat["response_format"]


def test_tools_and_choice() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    chat = read(
        tools=[
            {"name": "add", "description": "Adds.", "input_schema": schema, "strict": True, **MARK, **HINT},
            {"type": "custom", "name": "now"},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 2},
            {"type": "tool_search_tool_regex_20251119", "name": "search"},
        ],
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
    )  # fmt: skip
    assert chat["tools"] == [
        {"type": "function", **MARK,
         "function": {"name": "add", "description": "Adds.", "parameters": schema, "strict": True}},
        {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}},
        {"type": "native", "dialect": "anthropic_messages",
         "tool": {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}},
    ]  # fmt: skip
    assert chat["tool_choice"] == "required"
    assert chat["parallel_tool_calls"] is False
    assert len(chat["warnings"]) == 1


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, "auto"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "add"}, {"type": "function", "function": {"name": "add"}}),
    ],
)
def test_each_tool_choice(choice: Json, expected: Any) -> None:
    chat = read(tools=[{"name": "add"}], tool_choice=choice)
    assert chat["tool_choice"] == expected
    assert "parallel_tool_calls" not in chat


def test_servers_of_tools_are_for_anthropic_alone_and_keep_their_secret() -> None:
    server = {"type": "url", "url": "https://mcp.example", "name": "m", "authorization_token": "s3cret"}
    [tool] = read(mcp_servers=[server])["tools"]
    assert tool["type"] == "native"
    assert "s3cret" not in repr(tool)


# B39
def test_a_round_of_tools_with_thoughts() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    hidden = {"type": "redacted_thinking", "data": "eHg="}
    unsigned = {"type": "thinking", "thinking": " More.", "signature": ""}
    use = {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1}, **MARK}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "2", "is_error": False, **MARK}
    failed = {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": True}
    messages = conversation(
        {"role": "assistant", "content": [thought, hidden, unsigned, {"type": "text", "text": "So:"}, use]},
        {"role": "user", "content": [result, failed, {"type": "text", "text": "And?"}]},
    )
    call = {"id": "toolu_1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}, **MARK}
    assert messages == [
        {"role": "assistant", "content": "So:", "reasoning_content": "Hm. More.", "thinking_blocks": [thought, hidden],
         "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "toolu_1", "content": "2", **MARK},
        {"role": "tool", "tool_call_id": "toolu_2", "content": "", "is_error": True},
        {"role": "user", "content": "And?"},
    ]  # fmt: skip


def test_a_tool_s_result_may_hold_pictures() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}
    reference = {"type": "tool_reference", "tool_name": "add"}
    content = [{"type": "text", "text": "A chart"}, image, reference]
    [message] = said({"type": "tool_result", "tool_use_id": "t", "content": content})
    assert message["content"] == [
        {"type": "text", "text": "A chart"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
        {"type": "native", "dialect": "anthropic_messages", "block": reference, "text": ""},
    ]


def test_pictures_and_documents() -> None:
    def document(source: Json, **fields: Any) -> Json:
        return {"type": "document", "source": source, **fields}

    [message] = said(
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}, **MARK},
        document({"type": "base64", "media_type": "application/pdf", "data": "JVBE"}, title="a.pdf",
                 citations={"enabled": True}),
        document({"type": "url", "url": "https://example.org/b.pdf"}, context="old"),
        document({"type": "text", "media_type": "text/plain", "data": "ä"}),
        document({"type": "file", "file_id": "file_1"}),
    )  # fmt: skip
    assert message["content"] == [
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}, **MARK},
        {"type": "file", "file": {"title": "a.pdf", "citations": {"enabled": True}, "filename": "a.pdf",
                                  "file_data": "data:application/pdf;base64,JVBE"}},
        {"type": "file", "file": {"context": "old", "file_url": "https://example.org/b.pdf"}},
        {"type": "file", "file": {"file_data": "data:text/plain;base64,w6Q="}},
        {"type": "file", "file": {"file_id": "file_1"}},
    ]  # fmt: skip


def test_a_search_result_says_what_it_says() -> None:
    found = {
        "type": "search_result",
        "title": "Leave",
        "source": "HR",
        "content": [{"type": "text", "text": "25 days"}],
    }
    [message] = said(found)
    assert message["content"][0]["block"] == found
    assert message["content"][0]["text"] == "Leave\nHR\n25 days"


# B40: the header says it
def test_what_is_left_out_is_told() -> None:
    call = Call(
        "chat", "anthropic_messages", {"messages": [], "context_management": {"edits": []}}, "m", to_chat=to_chat
    )
    assert call.chat == {"messages": []}
    assert call.warnings == ["context_management was left out"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": "Hi"}, "messages"),
        ({"messages": ["Hi"]}, "messages[0].role"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "messages[0].content[0].source"),
        ({"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}, "messages[0].content[0].tool_use_id"),
        ({"messages": [{"role": "assistant", "content": [{"type": "tool_use"}]}]}, "messages[0].content[0]"),
        ({"system": 5}, "system"),
        ({"tools": {}}, "tools"),
        ({"tools": [5]}, "tools[0]"),
        ({"tools": [{}]}, "tools[0].name"),
        ({"tools": [{"name": "a"}], "tool_choice": "auto"}, "tool_choice"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(body: Json, param: str) -> None:
    with pytest.raises(GatewayError) as caught:
        read(**body)
    assert (caught.value.status, caught.value.param) == (400, param)


TYPES = ["text", "image", "document", "tool_use", "tool_result", "thinking", "search_result", "new"]
SOURCES = st.fixed_dictionaries({"type": st.sampled_from(["url", "base64", "text", "content"])})
BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={
        "text": ANYTHING, "source": ANYTHING | SOURCES, "id": ANYTHING, "name": ANYTHING, "input": ANYTHING,
        "content": ANYTHING, "thinking": ANYTHING, "tool_use_id": ANYTHING | st.just("t"), "signature": ANYTHING,
        "cache_control": ANYTHING,
    },
)  # fmt: skip
MESSAGES = st.lists(
    ANYTHING
    | st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "system"]), "content": ANYTHING | st.lists(BLOCK, max_size=3)}
    ),
    max_size=4,
)


FIELDS = [
    "system", "tools", "tool_choice", "thinking", "output_config", "metadata", "stop_sequences", "mcp_servers",
    "cache_control", "output_format", "service_tier",
]  # fmt: skip
BODY = st.fixed_dictionaries({"messages": ANYTHING | MESSAGES}, optional=dict.fromkeys(FIELDS, ANYTHING))


@settings(max_examples=300, deadline=None)
@given(BODY)
def test_odd_requests_are_understood_or_refused(body: dict[str, Any]) -> None:
    try:
        to_chat(body)
    except GatewayError as error:
        assert error.status == 400 and error.param  # noqa: PT017 - either is right


def test_claude_code_s_note_to_anthropic_s_billing_spoils_nobody_s_prompt_cache() -> None:
    """It is another one in each request. https://github.com/anthropics/claude-code/issues/68900"""
    rules = {"type": "text", "text": "Rules.", **MARK}

    def system(nonce: str, *blocks: Json) -> Any:
        note = f"x-anthropic-billing-header: cc_version=2.1.177.01c; cc_entrypoint=cli; cch={nonce};"
        return read(system=[{"type": "text", "text": note}, *blocks])["messages"]

    assert system("36ee5", rules) == system("0aaa9", rules)
    assert system("36ee5", rules)[0] == {"role": "system", "content": [rules]}
    assert [message["role"] for message in system("36ee5")] == ["user"]
    assert read(system="x-anthropic-billing-header: cch=1;\nRules.")["messages"][0]["content"] == "Rules."
