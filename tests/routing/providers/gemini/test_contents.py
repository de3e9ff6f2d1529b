"""Conversations: Gemini gets the turns that it wants, and its own signatures back where it put them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.wire.contract import ErrorKind, Json, UpstreamError
from tests.routing.providers.gemini.exchanges import FLASH, NEW, adapter, asked, kept, name, sent
from tests.routing.providers.gemini.sdk import check_request
from tests.upstream.cassettes import Cassette

CALLING = [one for one in kept() if "tool_call_resp" in one.features and not one.is_event_stream]
USER: Json = {"role": "user", "content": "Hi"}
PNG = "data:image/png;base64,QQ=="


def call(number: int = 0, **more: Any) -> Json:
    return {"id": f"c{number}", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}, **more}


def result(number: int = 0, content: Any = "ok", **more: Any) -> Json:
    return {"role": "tool", "tool_call_id": f"c{number}", "content": content, **more}


def turns(*messages: Json, model: str = FLASH) -> list[Json]:
    body, _ = sent({"messages": list(messages)}, model)
    check_request(body)
    found: list[Json] = body["contents"]
    return found


def test_instructions_at_the_start_are_the_system_s() -> None:
    body = asked({"role": "system", "content": "A"}, {"role": "developer", "content": "B"}, USER)
    assert body["systemInstruction"] == {"parts": [{"text": "A"}, {"text": "B"}]}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "Hi"}]}]


def test_an_instruction_in_the_midst_stays_there() -> None:
    later = turns(USER, {"role": "assistant", "content": "Yes"}, {"role": "system", "content": "Be brief"}, USER)
    assert later[-1] == {"role": "user", "parts": [{"text": "Be brief"}, {"text": "Hi"}]}


# B41
def test_an_instruction_alone_is_the_prompt() -> None:
    body = asked({"role": "system", "content": "Go"})
    assert body == {"contents": [{"role": "user", "parts": [{"text": "Go"}]}]}


# B41
def test_turns_of_one_role_are_one_and_the_first_is_the_user_s() -> None:
    assert turns({"role": "assistant", "content": "A"}, {"role": "assistant", "content": "B"}, USER, USER) == [
        {"role": "user", "parts": [{"text": " "}]},
        {"role": "model", "parts": [{"text": "A"}, {"text": "B"}]},
        {"role": "user", "parts": [{"text": "Hi"}, {"text": "Hi"}]},
    ]


# B41
@pytest.mark.parametrize("empty", ["", None, [], [{"type": "text", "text": ""}]])
def test_empty_messages_are_left_out(empty: Any) -> None:
    assert turns(USER, {"role": "assistant", "content": empty}, {"role": "user", "content": empty}) == turns(USER)
    assert turns({"role": "user", "content": empty}) == [{"role": "user", "parts": [{"text": " "}]}]


def test_a_call_and_its_result() -> None:
    _, second, third = turns(USER, {"role": "assistant", "content": None, "tool_calls": [call()]}, result())
    assert second == {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"a": 1}, "id": "c0"}}]}
    assert third["parts"] == [{"functionResponse": {"name": "f", "response": {"result": "ok"}, "id": "c0"}}]


# B41
@pytest.mark.parametrize(
    ("content", "response"),
    [
        ("", {"result": ""}), (None, {"result": ""}), ("7", {"result": "7"}), ('{"a":1}', {"a": 1}),
        ("[1]", {"result": [1]}), ("{oops", {"result": "{oops"}), ([{"type": "text", "text": "x"}], {"result": "x"}),
    ],
)  # fmt: skip
def test_any_result_is_an_object(content: Any, response: Json) -> None:
    messages = [USER, {"role": "assistant", "tool_calls": [call()]}, result(content=content)]
    assert turns(*messages)[-1]["parts"][0]["functionResponse"]["response"] == response


def test_a_failed_tool_says_so() -> None:
    messages = [USER, {"role": "assistant", "tool_calls": [call()]}, result(content="No", is_error=True)]
    assert turns(*messages)[-1]["parts"][0]["functionResponse"]["response"] == {"error": "No"}


@pytest.mark.parametrize("model", [FLASH, NEW])
def test_a_result_with_a_picture(model: str) -> None:
    content = [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": PNG}}]
    parts = turns(USER, {"role": "assistant", "tool_calls": [call()]}, result(content=content), model=model)[-1][
        "parts"
    ]
    picture = {"inlineData": {"mimeType": "image/png", "data": "QQ=="}}
    if model == NEW:
        assert parts[0]["functionResponse"]["parts"] == [picture]
    else:
        assert parts[1:] == [picture]


# B41
@pytest.mark.parametrize(
    ("arguments", "args"), [("", {}), ("null", {"arguments": None}), ("{oops", {"arguments": "{oops"})]
)
def test_arguments_that_are_no_object(arguments: str, args: Json) -> None:
    odd = {"id": "c0", "function": {"name": "f", "arguments": arguments}}
    assert (
        turns(USER, {"role": "assistant", "tool_calls": [odd]}, result())[1]["parts"][0]["functionCall"]["args"] == args
    )


def test_functions_as_they_were_called_once() -> None:
    old = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    _, called, answered = turns(USER, old, {"role": "function", "name": "f", "content": "1"})
    assert called["parts"] == [{"functionCall": {"name": "f", "args": {}}}]
    assert answered["parts"] == [{"functionResponse": {"name": "f", "response": {"result": "1"}}}]


# B39
def test_signatures_from_openai_s_clients_go_back_where_they_came_from() -> None:
    signed = call(extra_content={"google": {"thought_signature": "c2ln"}})
    said = {"role": "assistant", "content": "A", "extra_content": {"google": {"thought_signature": "dGV4dA=="}}}
    model = turns(USER, {**said, "tool_calls": [signed, call(1)]}, result(), result(1), model=NEW)[1]
    assert [part.get("thoughtSignature") for part in model["parts"]] == ["dGV4dA==", "c2ln", None]


# B39
def test_signatures_in_thinking_blocks_go_back_where_they_came_from() -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hm", "signature": "google.1.c2ln"},
        {"type": "thinking", "thinking": "", "signature": "google.text.dGV4dA=="},
    ]
    message = {"role": "assistant", "content": "A", "thinking_blocks": blocks, "tool_calls": [call(), call(1)]}
    thought, text, first, second = turns(USER, message, result(), result(1))[1]["parts"]
    assert thought == {"text": "Hm", "thought": True}
    assert (text["thoughtSignature"], second["thoughtSignature"]) == ("dGV4dA==", "c2ln")
    assert "thoughtSignature" not in first


# B39
def test_thoughts_of_another_provider_lose_their_signature() -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hm", "signature": "Claude's"},
        {"type": "redacted_thinking", "data": "x"},
    ]
    parts = turns(USER, {"role": "assistant", "content": "A", "thinking_blocks": blocks})[1]["parts"]
    assert parts == [{"text": "Hm", "thought": True}, {"text": "A"}]


# B41
def test_a_call_that_another_model_made_is_said_to_be_so() -> None:
    message = {"role": "assistant", "tool_calls": [call(), call(1)]}
    new = turns(USER, message, result(), result(1), model=NEW)[1]["parts"]
    assert [part.get("thoughtSignature") for part in new] == ["skip_thought_signature_validator", None]
    assert all("thoughtSignature" not in part for part in turns(USER, message, result(), result(1))[1]["parts"])


# B39
@pytest.mark.parametrize("as_anthropic", [False, True])
@pytest.mark.parametrize("recorded", CALLING, ids=name)
def test_a_recorded_answer_comes_back_as_it_went_out(recorded: Cassette, as_anthropic: bool) -> None:
    chat = adapter().parse(recorded.body).chat
    assert chat is not None
    message = chat["choices"][0]["message"]
    if as_anthropic:  # its clients keep thinking blocks, and nothing beside a call
        message.pop("extra_content", None)
        for one in message["tool_calls"]:
            one.pop("extra_content", None)
    body, _ = sent({"messages": [USER, message]})
    parts = recorded.json["candidates"][0]["content"]["parts"]
    given = [(p["functionCall"]["name"], p.get("thoughtSignature")) for p in parts if "functionCall" in p]
    back = [p for p in body["contents"][1]["parts"] if "functionCall" in p]
    assert [(p["functionCall"]["name"], p.get("thoughtSignature")) for p in back] == given


@pytest.mark.parametrize(
    ("part", "made"),
    [
        ({"type": "image_url", "image_url": {"url": PNG}}, {"inlineData": {"mimeType": "image/png", "data": "QQ=="}}),
        ({"type": "image_url", "image_url": "https://a.example/b.webp?x=1"},
         {"fileData": {"mimeType": "image/webp", "fileUri": "https://a.example/b.webp?x=1"}}),
        ({"type": "image_url", "image_url": {"url": "gs://b/c"}}, {"fileData": {"mimeType": "image/jpeg", "fileUri": "gs://b/c"}}),
        ({"type": "input_audio", "input_audio": {"data": "QQ==", "format": "mp3"}},
         {"inlineData": {"mimeType": "audio/mp3", "data": "QQ=="}}),
        ({"type": "file", "file": {"file_data": "data:application/pdf;base64,QQ==", "filename": "a.pdf"}},
         {"inlineData": {"mimeType": "application/pdf", "data": "QQ=="}}),
        ({"type": "file", "file": {"file_data": "QQ==", "filename": "a.csv"}},
         {"inlineData": {"mimeType": "text/csv", "data": "QQ=="}}),
        ({"type": "file", "file": {"file_url": "https://a.example/x.pdf"}},
         {"fileData": {"mimeType": "application/pdf", "fileUri": "https://a.example/x.pdf"}}),
        ({"type": "video_url", "video_url": {"url": "https://youtu.be/x"}},
         {"fileData": {"mimeType": "video/mp4", "fileUri": "https://youtu.be/x"}}),
        ({"type": "document_url", "document_url": "https://a.example/d"},
         {"fileData": {"mimeType": "application/pdf", "fileUri": "https://a.example/d"}}),
        ({"type": "native", "dialect": "gemini", "block": {"executableCode": {"code": "1"}}},
         {"executableCode": {"code": "1"}}),
    ],
)  # fmt: skip
def test_parts(part: Json, made: Json) -> None:
    assert asked({"role": "user", "content": [part]})["contents"][0]["parts"] == [made]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "file", "file": {"file_id": "file-abc"}}, {"type": "file", "file": 7}, {"type": "hologram"},
        {"type": "image_url", "image_url": {}}, {"type": "image_url", "image_url": {"url": "data:image/png,raw"}},
        {"type": "input_audio", "input_audio": {}},
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_said_is_refused_by_name(part: Json) -> None:
    with pytest.raises(UpstreamError) as caught:
        asked({"role": "user", "content": [part]})
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "messages")


def test_what_is_left_out_is_told() -> None:
    image = {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}
    marked = {"type": "text", "text": "A", "cache_control": {"type": "ephemeral"}}
    foreign = {"type": "native", "dialect": "anthropic_messages", "block": {}}
    message = {"role": "user", "content": [image, marked, foreign]}
    _, warnings = sent({"messages": [message]})
    assert [one.split()[0] for one in warnings] == ["image_url.detail", "cache_control", "a"]
    (content,) = turns(message, model=NEW)
    assert content["parts"][0]["mediaResolution"] == {"level": "MEDIA_RESOLUTION_LOW"}


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(UpstreamError) as caught:
        asked({"role": "narrator", "content": "x"})
    assert caught.value.kind is ErrorKind.BAD_REQUEST


TEXTS = st.sampled_from(["", "a", " ", "\n"])
MESSAGES = st.one_of(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "system", "developer"]), "content": TEXTS | st.none()}),
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "content": TEXTS | st.none()},
        optional={
            "tool_calls": st.lists(st.builds(call, st.integers(0, 2)), max_size=2), "reasoning_content": TEXTS,
            "refusal": TEXTS,
        },
    ),
    st.builds(result, st.integers(0, 2), TEXTS | st.none()),
)  # fmt: skip


# B41
@settings(max_examples=100, deadline=None)
@given(st.lists(MESSAGES, max_size=6), st.sampled_from([FLASH, NEW]))
def test_whatever_is_said_is_a_conversation_to_google(messages: list[Json], model: str) -> None:
    check_request(sent({"messages": messages}, model)[0])
