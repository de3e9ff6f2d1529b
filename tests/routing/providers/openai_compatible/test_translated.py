"""What a server of OpenAI's dialect is sent for callers of other dialects: nothing that it does not know."""

from typing import Any

import orjson
import pytest

from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.wire.contract import Call, ErrorKind, Json, Target, UpstreamError

OPENAI, OTHER = "openai", "openai_compatible"
CALL: Json = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
LOOK: Json = {"type": "function", "function": {"name": "look"}}
PICTURE: Json = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}


def sent(
    chat: Json, kind: str = OTHER, model: str = "their-model", stream: bool = False, **settings: str
) -> tuple[Json, list[str]]:
    call = Call("chat", "another", {}, "route", stream, to_chat=lambda _: {"messages": [], **chat})
    target = Target(kind, "https://provider.example/v1", model, settings=settings)
    return orjson.loads(OpenAICompatibleAdapter().build(call, target).body), call.warnings


def messages(*said: Json, **options: Any) -> tuple[list[Json], list[str]]:
    body, warnings = sent({"messages": list(said)}, **options)
    return body["messages"], warnings


def test_a_stream_is_asked_for_and_with_its_usage() -> None:
    body, _ = sent({}, stream=True)
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


# B40
@pytest.mark.parametrize(
    ("kind", "said", "out"),
    [
        (OPENAI, {"max_tokens": 9}, {"max_completion_tokens": 9}),
        (OTHER, {"max_completion_tokens": 9}, {"max_tokens": 9}),
        (OTHER, {"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
        (OPENAI, {"thinking": {"type": "enabled", "budget_tokens": 2048}}, {"reasoning_effort": "low"}),
        (OPENAI, {"thinking": {"type": "disabled"}}, {}),
        (OTHER, {"top_k": 5}, {"top_k": 5}),
        (OPENAI, {"prompt_cache_key": "k", "verbosity": "low"}, {"prompt_cache_key": "k", "verbosity": "low"}),
    ],
)
def test_limits_and_efforts_are_never_lost(kind: str, said: Json, out: Json) -> None:
    body, warnings = sent(said, kind)
    assert body == {"messages": [], "model": "their-model", **out}
    assert warnings == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OPENAI, {"top_k": 5}),
        (OTHER, {"prompt_cache_key": "k"}),
        (OTHER, {"google": {"x": 1}}),
        (OTHER, {"sandbox": {}}),
    ],
)
def test_what_the_server_does_not_know_is_left_out_and_told(kind: str, said: Json) -> None:
    body, warnings = sent(said, kind)
    assert body == {"messages": [], "model": "their-model"}
    assert warnings == [f"'{next(iter(said))}' was left out."]


def test_a_model_that_does_not_think_is_not_told_to() -> None:
    body, warnings = sent({"reasoning_effort": "low"}, OPENAI, "gpt-4o-mini")
    assert "reasoning_effort" not in body
    assert "does not think" in warnings[0]


def test_our_own_fields_stay_here() -> None:
    block = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    said = {
        "role": "assistant", "content": "Yes.", "reasoning_content": "Hm.", "thinking_blocks": [block],
        "extra_content": {"google": {}}, "tool_calls": [{**CALL, "extra_content": {"google": {}}}],
    }  # fmt: skip
    assert messages(said) == ([{"role": "assistant", "content": "Yes.", "tool_calls": [CALL]}], [])
    kept, _ = messages(said, keeps="reasoning_content, extra_content")
    assert kept[0] == {name: value for name, value in said.items() if name != "thinking_blocks"}


# B23
@pytest.mark.parametrize("keeps", ["", "cache_control"])
def test_marks_for_the_cache_are_kept_where_they_are_known(keeps: str) -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    part = {"type": "text", "text": "Long"}
    chat = {"messages": [{"role": "user", "content": [{**part, **mark}]}], "tools": [{**LOOK, **mark}]}
    body, warnings = sent(chat, keeps=keeps)
    if keeps:
        assert (body["messages"], body["tools"], warnings) == (chat["messages"], chat["tools"], [])
    else:
        assert (body["messages"][0]["content"], body["tools"]) == ("Long", [LOOK])
        assert len(warnings) == 2


def test_roles_that_few_know() -> None:
    said = {"role": "developer", "content": "Be brief."}
    assert messages(said)[0] == [{"role": "system", "content": "Be brief."}]
    assert messages(said, kind=OPENAI)[0] == [said]


# B41
def test_pictures_of_tools_are_shown_after_the_last_answer() -> None:
    calls = {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "d"}]}
    said, _ = messages(
        calls,
        {
            "role": "tool",
            "tool_call_id": "c",
            "content": [{"type": "text", "text": "Seen"}, PICTURE],
            "is_error": False,
        },
        {"role": "tool", "tool_call_id": "d", "content": []},
        {"role": "user", "content": "And?"},
    )
    assert said == [
        calls,
        {"role": "tool", "tool_call_id": "c", "content": "Seen"},
        {"role": "tool", "tool_call_id": "d", "content": ""},
        {"role": "user", "content": [PICTURE]},
        {"role": "user", "content": "And?"},
    ]


# B41
def test_an_assistant_that_said_nothing_is_left_out() -> None:
    said, _ = messages(
        {"role": "assistant", "content": None, "reasoning_content": "Hm."}, {"role": "user", "content": ""}
    )
    assert said == [{"role": "user", "content": ""}]


def test_blocks_of_other_dialects_are_told_by_their_text_or_not_at_all() -> None:
    native = {"type": "native", "dialect": "anthropic_messages", "block": {"type": "search_result"}}
    said, warnings = messages({"role": "user", "content": [native, {**native, "text": "Found"}]})
    assert said == [{"role": "user", "content": "Found"}]
    assert warnings == ["Left out: a part that only anthropic_messages knows."]


def test_files_by_address_are_refused_unless_known() -> None:
    said = {"role": "user", "content": [{"type": "file", "file": {"file_url": "https://a.example/a.pdf"}}]}
    with pytest.raises(UpstreamError) as caught:
        messages(said)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "file_url")


def test_choices_among_tools() -> None:
    hear: Json = {"type": "function", "function": {"name": "hear"}}
    choice = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [hear]}}
    chat = {"tools": [LOOK, hear], "tool_choice": choice, "parallel_tool_calls": False}
    assert sent(chat, OPENAI)[0]["tool_choice"] == choice
    body, _ = sent(chat)
    assert (body["tools"], body["tool_choice"]) == ([hear], "required")


def test_without_tools_there_is_no_choice_among_them() -> None:
    native = {"type": "native", "dialect": "openai_responses", "tool": {"type": "web_search"}}
    body, warnings = sent({"tools": [native], "tool_choice": "auto", "parallel_tool_calls": True})
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & body.keys()
    assert warnings == ["Left out: a tool that only openai_responses knows."]


def test_videos_are_refused_where_nobody_watches_them() -> None:
    said = {"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://a.example/v.mp4"}}]}
    assert messages(said)[0] == [said]
    with pytest.raises(UpstreamError) as caught:
        messages(said, kind=OPENAI)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "video_url")
