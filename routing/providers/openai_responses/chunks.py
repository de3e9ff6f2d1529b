"""Events of a streamed Response → chunks of the internal form."""

from collections.abc import Callable
from typing import Any

from routing.providers.openai_responses.response import annotation_of, call_of, finish_of, thoughts_of
from routing.wire.contract import Json
from routing.wire.responses import DIALECT, objects, signature_of


class Chunks:
    """One stream's state: which items are which calls, and of which something has come.

    An item that came without deltas is told when it is done, so that nothing is lost.
    """

    def __init__(self, custom: frozenset[str] = frozenset()) -> None:
        self._custom = custom  # tools that the caller itself calls custom
        self._frame: Json = {"object": "chat.completion.chunk", "created": 0, "model": None}
        self._calls: dict[int, tuple[int, str]] = {}  # output index → the call's number and kind
        self._told: set[int] = set()  # output indexes of which something was told
        self._thought = False
        self._lists: dict[str, int] = {}  # how many entries of a list have gone out

    def of(self, event: Json) -> list[Json]:
        """The chunks that an event means; most mean one or none."""
        read = _EVENTS.get(event["type"])
        return [self._chunk(*said) for said in read(self, event)] if read else []

    def _chunk(self, delta: Json, fields: Json) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None, **fields}
        return {**self._frame, "choices": [choice]}

    def begin(self, event: Json) -> "Said":
        response = _dict(event.get("response"))
        created = response.get("created_at")
        self._frame |= {
            "id": response.get("id"),
            "created": int(created) if isinstance(created, int | float) else 0,
            "model": response.get("model"),
        }
        return [({"role": "assistant", "content": ""}, {})]

    def text(self, event: Json) -> "Said":
        logprobs = objects(event.get("logprobs"))
        return self._tell(event, "content", {"logprobs": {"content": logprobs, "refusal": None}} if logprobs else {})

    def refusal(self, event: Json) -> "Said":
        return self._tell(event, "refusal")

    def thought(self, event: Json) -> "Said":
        self._thought = True
        return self._tell(event, "reasoning_content")

    def next_thought(self, event: Json) -> "Said":
        """Another part of a summary: a paragraph of its own."""
        return [({"reasoning_content": "\n\n"}, {})] if self._thought else []

    def _tell(self, event: Json, name: str, fields: Json | None = None) -> "Said":
        delta = event.get("delta")
        if not isinstance(delta, str) or not delta:
            return []
        self._told.add(_place(event))
        return [({name: delta}, fields or {})]

    def citation(self, event: Json) -> "Said":
        said = annotation_of(_dict(event.get("annotation")))
        return [({"annotations": [self._entry("annotations", said)]}, {})] if said else []

    def item_begun(self, event: Json) -> "Said":
        call = self._call_of(event)
        return self._begin_call(_place(event), call) if call else []

    def _call_of(self, event: Json) -> Json | None:
        return call_of(_dict(event.get("item")), self._custom)

    def _begin_call(self, place: int, call: Json) -> "Said":
        number, kind = len(self._calls), call["type"]
        self._calls[place] = number, kind
        empty = {"arguments": ""} if kind == "function" else {"input": ""}
        return [({"tool_calls": [{"index": number, **call, kind: {**call[kind], **empty}}]}, {})]

    def arguments(self, event: Json) -> "Said":
        return self._write_call(_place(event), event.get("delta"), "function", "arguments")

    def input(self, event: Json) -> "Said":
        """The text of a custom tool; told when it is done to those who take it for a function's arguments."""
        return self._write_call(_place(event), event.get("delta"), "custom", "input")

    def _write_call(self, place: int, delta: Any, kind: str, name: str) -> "Said":
        number, begun_as = self._calls.get(place, (0, None))
        if begun_as != kind or not isinstance(delta, str) or not delta:
            return []
        self._told.add(place)
        return [({"tool_calls": [{"index": number, kind: {name: delta}}]}, {})]

    def item_done(self, event: Json) -> "Said":
        item, place = _dict(event.get("item")), _place(event)
        call, kind = self._call_of(event), item.get("type")
        if call is not None:
            return self._call_done(place, call)
        if kind == "reasoning":
            return self._thoughts_done(place, item)
        if kind == "message":
            return self._message_done(place, item)
        block = {"dialect": DIALECT, "block": item}
        return [({"native_blocks": [self._entry("native_blocks", block)]}, {})] if kind else []

    def _call_done(self, place: int, call: Json) -> "Said":
        begun = [] if place in self._calls else self._begin_call(place, call)
        if place in self._told:
            return begun
        kind = call["type"]
        name = "arguments" if kind == "function" else "input"
        return begun + self._write_call(place, call[kind][name], kind, name)

    def _thoughts_done(self, place: int, item: Json) -> "Said":
        text = thoughts_of(item)
        said: Said = [({"reasoning_content": text}, {})] if text and place not in self._told else []
        if item.get("encrypted_content"):
            block = {"type": "thinking", "thinking": text, "signature": signature_of(item)}
            said.append(({"thinking_blocks": [self._entry("thinking_blocks", block)]}, {}))
        return said

    def _message_done(self, place: int, item: Json) -> "Said":
        if place in self._told:
            return []
        parts = objects(item.get("content"))
        texts = [("content", part["text"]) for part in parts if isinstance(part.get("text"), str)]
        refusals = [("refusal", part["refusal"]) for part in parts if isinstance(part.get("refusal"), str)]
        return [({name: text}, {}) for name, text in texts + refusals if text]

    def ended(self, event: Json) -> "Said":
        finish = finish_of(_dict(event.get("response")), bool(self._calls))
        return [({}, {"finish_reason": finish})]

    def _entry(self, name: str, entry: Json) -> Json:
        """An entry of a list in a delta, with the number that tells it from those before."""
        number = self._lists.get(name, 0)
        self._lists[name] = number + 1
        return {"index": number, **entry}


Said = list[tuple[Json, Json]]  # deltas, each with fields of its choice


def _place(event: Json) -> int:
    """An event's output index; -1 for one that says none."""
    place = event.get("output_index")
    return place if isinstance(place, int) else -1


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


_EVENTS: dict[str, Callable[[Chunks, Json], Said]] = {
    "response.created": Chunks.begin,
    "response.output_text.delta": Chunks.text,
    "response.refusal.delta": Chunks.refusal,
    "response.reasoning_summary_text.delta": Chunks.thought,
    "response.reasoning_text.delta": Chunks.thought,
    "response.reasoning_summary_part.added": Chunks.next_thought,
    "response.output_text.annotation.added": Chunks.citation,
    "response.output_item.added": Chunks.item_begun,
    "response.output_item.done": Chunks.item_done,
    "response.function_call_arguments.delta": Chunks.arguments,
    "response.custom_tool_call_input.delta": Chunks.input,
    "response.completed": Chunks.ended,
    "response.incomplete": Chunks.ended,
}
