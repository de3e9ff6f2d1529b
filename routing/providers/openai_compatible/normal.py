"""Look-alikes' answers → the internal form, for callers of other dialects: the ways in which they differ from OpenAI's.

Mistral sends content as a list with thoughts in it (https://docs.mistral.ai/capabilities/reasoning/), OpenRouter and
Groq call thoughts `reasoning`, and old servers answer with one `function_call`. A spoken answer has its words beside.
"""

from typing import Any

from routing.wire.contract import Json


def answer(data: Json) -> Json:
    """A whole answer; the same object where nothing differs."""
    return {**data, "choices": [_choice(choice, "message") for choice in data["choices"]]}


def chunk(data: Json) -> Json:
    """A chunk of a stream; the same object where nothing differs."""
    choices = data.get("choices")
    return {**data, "choices": [_choice(choice, "delta") for choice in choices]} if choices else data


def _choice(choice: Any, field: str) -> Any:
    said = choice.get(field) if isinstance(choice, dict) else None
    if not isinstance(said, dict):
        return choice
    finish = "tool_calls" if choice.get("finish_reason") == "function_call" else choice.get("finish_reason")
    return {**choice, field: _message(said), "finish_reason": finish}


def _message(said: Json) -> Json:
    said = dict(said)
    if isinstance(said.get("content"), list):
        said["content"], thoughts = _split(said["content"])
        if thoughts:
            said["reasoning_content"] = thoughts
    if isinstance(said.get("reasoning"), str):
        said.setdefault("reasoning_content", said.pop("reasoning"))
    audio = said.get("audio")
    if isinstance(audio, dict) and isinstance(audio.get("transcript"), str) and not said.get("content"):
        said["content"] = audio["transcript"]  # the words, for those who cannot be given the sound
        said["audio"] = {name: value for name, value in audio.items() if name != "transcript"}
    if isinstance(said.get("function_call"), dict):
        call = said.pop("function_call")
        # The name comes once, as a new call's does; later pieces bring arguments alone.
        named = {"id": "call_0", "type": "function"} if call.get("name") else {}
        said["tool_calls"] = [{"index": 0, **named, "function": call}]
    return said


def _split(parts: list[Any]) -> tuple[str, str]:
    """The text and the thoughts in a list of parts."""
    text, thoughts = [], []
    for part in parts:
        if not isinstance(part, dict):
            continue
        if part.get("type") == "thinking":
            thoughts.append(_text(part.get("thinking")))
        else:
            text.append(_text(part.get("text")))
    return "".join(text), "".join(thoughts)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""
