"""Tool calls of an OpenAI stream, put in a row: theirs may come interleaved, Anthropic's blocks may not."""

from collections.abc import Iterator
from typing import Any

from routing.wire import json_text
from routing.wire.anthropic_blocks import called
from routing.wire.contract import Json
from routing.wire.reading import text_in


class ToolCall:
    """One call as far as it has come."""

    __slots__ = ("_new", "_written", "begun", "id", "name")

    def __init__(self, number: int) -> None:
        self.id = f"toolu_{number}"
        self.name = ""
        self.begun = False
        self._written: list[str] = []
        self._new: list[str] = []

    def add(self, delta: Json) -> None:
        function = called(delta)
        self.id = text_in(delta.get("id")) or self.id
        self.name = self.name or text_in(function.get("name"))
        self._new.append(text_in(function.get("arguments")) or text_in(function.get("input")))

    def taken(self) -> str:
        """What has come since the last time."""
        new, self._new = "".join(self._new), []
        self._written.append(new)
        return new

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are complete JSON: then nothing more can come."""
        try:
            json_text.read("".join(self._written))
        except json_text.InvalidJson:
            return False
        return True


class ToolCalls:
    """All calls of an answer. One is current; a later one waits until that is whole."""

    def __init__(self) -> None:
        self._calls: dict[Any, ToolCall] = {}
        self._current: ToolCall | None = None
        self._last: Any = None

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, deltas: list[Json], is_open: bool) -> Iterator[ToolCall]:
        """The calls that can be written on now. ``is_open``: whether the current one's block still is."""
        for delta in deltas:
            call = self._call(delta)
            call.add(delta)
            current = self._current
            free = current is None or not is_open or current.is_whole
            if call is current and is_open:
                yield call
            elif call.name and not call.begun and free:
                self._current, is_open = call, True
                yield call

    def waiting(self) -> list[ToolCall]:
        """Calls that never got their turn."""
        return [call for call in self._calls.values() if not call.begun and call.name]

    def _call(self, delta: Json) -> ToolCall:
        """By its index; some leave that out, and a new id begins a new call."""
        index = delta.get("index")
        if type(index) is not int:
            index = text_in(delta.get("id")) or self._last
        self._last = index
        return self._calls.setdefault(index, ToolCall(len(self._calls)))
