"""What a request lost on its way: two readings of it compared, and what the caller was told of it."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.conformance.asked import Asked, Called


def between(asked: Asked, heard: Asked, warnings: list[str]) -> Iterator[str]:
    """In words; nothing where all was kept, or where a warning tells of it."""
    told = " ".join(warnings)
    yield from _texts(asked, heard)
    yield from _tools(asked, heard, told)
    if heard.media < asked.media and "left out" not in told.lower():
        yield f"{heard.media} pictures or files of {asked.media}"
    if asked.limit not in (None, heard.limit) and "tokens" not in told:
        yield f"a limit of {heard.limit} tokens, asked for {asked.limit}"
    for name, value in asked.knobs.items():
        if heard.knobs.get(name) != value and name not in told:
            yield f"{name} {heard.knobs.get(name)}, asked for {value}"
    if asked.format and not (heard.format or heard.must_call) and "response_format" not in told:
        yield "no schema for the answer"


def _texts(asked: Asked, heard: Asked) -> Iterator[str]:
    everything = _plain(" ".join([*heard.system, *heard.said]))
    for text in asked.system:
        if _plain(text) not in everything:
            yield f"no system text {text[:80]!r}"
    yield from _in_order(asked.said, _plain(" ".join(heard.said)))
    if lost := _leaves(asked.results) - _leaves(heard.results):
        yield f"no tool results {[leaf[:80] for leaf in lost]}"


def _tools(asked: Asked, heard: Asked, told: str) -> Iterator[str]:
    none_called = asked.no_call and not asked.calls  # then they may as well be left out
    missing = {*(asked.allowed or asked.tools + asked.custom)} - {*heard.tools, *heard.custom}
    if missing and not none_called and not (missing <= {*asked.custom} and "tools that are no functions" in told):
        yield f"no tools {missing}"
    if list(map(_call, asked.calls)) != list(map(_call, heard.calls)):
        yield f"calls {heard.calls}, asked with {asked.calls}"
    if asked.must_call and (asked.allowed or asked.tools) and not heard.must_call and "tool_choice" not in told:
        yield "no tool that must be called"
    if asked.no_call and asked.tools and heard.tools and not heard.no_call and "tool_choice" not in told:
        yield "tools that may be called"


def _in_order(texts: list[str], said: str) -> Iterator[str]:
    place = 0
    for text in texts:
        found = said.find(_plain(text), place)
        if found < 0:
            yield f"no text {text[:80]!r}" + (" in its place" if _plain(text) in said else "")
        else:
            place = found + len(_plain(text))


def _call(call: Called) -> Called:
    """A custom tool's text is the one argument of a function where there are functions alone."""
    name, arguments = call
    return (name, {"input": arguments}) if isinstance(arguments, str) else call


def _plain(text: str) -> str:
    return " ".join(text.split())


def _leaves(results: list[str]) -> Counter[str]:
    """The values in results: some providers take JSON alone, and have a text in an object."""
    return Counter(leaf for result in results for leaf in _values(result))


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _values(one)
    elif isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            inner = None
        if isinstance(inner, dict | list):
            yield from _values(inner)
        elif text := "".join(value.split()):
            yield text
    elif value is not None:
        yield json.dumps(value)
