"""Whole answers of the completions API.

https://platform.openai.com/docs/api-reference/completions/object
"""

import time
from typing import Any

from billing.dataplane.usage import Usage
from routing.wire.chat import parts_of
from routing.wire.contract import Call, Json
from routing.wire.dialects.openai_chat.response import usage_object
from routing.wire.responses import new_id, objects

_FINISHES = frozenset({"stop", "length", "content_filter"})


def answer(chat: Json, usage: Usage, call: Call) -> Json:
    """The texts of a chat's answer. Thoughts have no place in this dialect."""
    choices = [_choice(choice, i) for i, choice in enumerate(objects(chat.get("choices")))]
    return {**frame(chat, call), "choices": choices, "usage": usage_object(usage)}


def frame(chat: Json, call: Call) -> Json:
    """All but the choices; the id is the same in each chunk of a stream."""
    return {
        "id": call.notes.setdefault("id", new_id("cmpl")),
        "object": "text_completion",
        "created": chat.get("created") or call.notes.setdefault("created", int(time.time())),
        "model": str(chat.get("model") or call.model),
    }


def text_choice(text: str, index: Any, finish: Any) -> Json:
    known = finish if finish is None or (isinstance(finish, str) and finish in _FINISHES) else "stop"
    return {"text": text, "index": index, "logprobs": None, "finish_reason": known}


def _choice(choice: Json, place: int) -> Json:
    message = choice.get("message")
    parts = parts_of(message.get("content")) if isinstance(message, dict) else []
    text = "".join(str(part.get("text") or "") for part in parts)
    index, finish = choice.get("index"), choice.get("finish_reason")
    return text_choice(text, index if isinstance(index, int) else place, finish or "stop")
