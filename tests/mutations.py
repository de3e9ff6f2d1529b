"""Damage for recorded requests, answers and streams: what a careless client or a broken provider may send.

A mutation is a small tuple that hypothesis draws and shrinks; `mutated_json` and `mutated_stream` apply it.
"""

import json
import os
import struct
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.routing.wire.eventstream import encode as framed

Mutation = tuple[str, int, int]  # what is done, and two numbers that say where and with what
# Texts of JSON that stand where a value was,
VALUES: tuple[bytes, ...] = (
    b"null", b"true", b"false", b"0", b"-1", b"1", b"0.5", b"-0.0", b"2147483648", b"9223372036854775808",
    b"18446744073709551616", b"1" + b"0" * 40, b"1e308", b'""', b'"x"', b'" "', b'"\\u0000"', b'"\\ud83d"',
    b'"\\udc00\\ud83d"', b'"\\ud83d\\ude00"', b'"' + b"long " * 2000 + b'"', b'"{\\"a\\": 1}"', b'"{"', b'"[]"',
    b'"null"', b'"{\\"a\\": \\"\\\\ud83d\\"}"', b'"data:image/png;base64,!!!"', b'"data:;,"', b'"gs://a/b"',
    b'"https://example.org/a.png"', b'"\\r\\n\\r\\ndata: x"', b"[]", b"{}", b"[[]]", b"[null]", b"[1]", b'["x"]',
    b"[{}]", b'{"": null}', b'{"type": []}', b'{"type": "text"}', b'{"type": "text", "text": 1}',
    b'{"type": "function", "function": []}', b'[{"type": "text", "text": null}]', b'{"role": "user", "content": [[]]}',
    b'{"$ref": "#"}', b'{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}', b"[" * 300 + b"]" * 300,
    b'{"a":' * 300 + b"1" + b"}" * 300, b'{"items":' * 900 + b"{}" + b"}" * 900,
)  # fmt: skip
# and others that are none, or none that anybody reads.
WRECKS: tuple[bytes, ...] = (
    b"9" * 5000, b"1e999", b"NaN", b"-Infinity", b'"\xff\xfe"', b"[" * 5000 + b"]" * 5000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000, b"[", b"}", b"",
)  # fmt: skip
TEXTS = VALUES + WRECKS
CHANGES = ("replace", "replace", "replace", "replace", "wreck", "delete", "repeat", "rename", "wrap", "copy")
EVENTS = ("drop", "repeat", "swap", "change", "change", "change", "junk", "rename")
BYTES = ("flip", "cut", "insert", "remove")
_MARK = "\x01%d\x01"
_JUNK = (
    b"data: {\n\n", b"data:\n\n", b": comment\n\n", b"event: error\ndata: {}\n\n", b"data: [DONE]\n\n", b"\r\n\r\n",
    b"event: x\n\n", b"data: []\n\n", b"data: \xff\n\n", b"[", b",", b"]", b'data: {"error": 5}\n\n',
    b'event: error\ndata: {"type": "error", "error": []}\n\n', b"<html>502 Bad Gateway</html>", b"\x00" * 40,
)  # fmt: skip


def examples(usual: int) -> int:
    """How many examples a fuzz test tries: FUZZ times as many in a long run."""
    return usual * int(os.environ.get("FUZZ", "1"))


def mutations(names: Sequence[str], least: int = 0, most: int = 3) -> st.SearchStrategy[list[Mutation]]:
    """Some mutations of these kinds."""
    number = st.integers(0, 2**20)
    return st.lists(st.tuples(st.sampled_from(names), number, number), min_size=least, max_size=most)


json_mutations = mutations(CHANGES, least=1)
byte_mutations = mutations(BYTES, most=2)
stream_mutations = st.tuples(mutations(EVENTS, least=1), byte_mutations)


def mutated_json(value: Any, changes: Sequence[Mutation]) -> bytes:
    """The JSON text of a value with these changes."""
    root = [json.loads(json.dumps(value))]  # in a list, so that the whole has a place too
    for change in changes:
        _change(root, change)
    text = json.dumps(root)[1:-1].encode()
    for number, raw in enumerate(TEXTS):
        text = text.replace(json.dumps(_MARK % number).encode(), raw)
    return text


def _change(root: list[Any], change: Mutation) -> None:
    name, where, what = change
    places = _places(root)
    if not places:
        return
    holder, key = places[where % len(places)]
    match name:
        case "replace":
            holder[key] = _MARK % (what % len(VALUES))
        case "wreck":
            holder[key] = _MARK % (len(VALUES) + what % len(WRECKS))
        case "delete":
            del holder[key]
        case "repeat" if isinstance(holder, list) and holder is not root:
            holder.insert(key, holder[key])
        case "rename" if isinstance(holder, dict):
            holder["x" if what % 2 else key.upper()] = holder.pop(key)
        case "wrap":
            holder[key] = [holder[key]] if what % 2 else {"type": holder[key]}
        case "copy":
            other, name = places[what % len(places)]
            holder[key] = json.loads(json.dumps(other[name]))


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a value, as its holder and its key there."""
    found: list[tuple[Any, Any]] = []
    left = [value]
    while left:
        holder = left.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        found += [(holder, key) for key in keys]
        left += [holder[key] for key in keys]
    return found


def mutated_bytes(data: bytes, changes: Sequence[Mutation]) -> bytes:
    """The same bytes but for some."""
    for name, where, what in changes:
        place = where % (len(data) + 1)
        match name:
            case "flip" if place < len(data):
                data = data[:place] + bytes([data[place] ^ (1 << what % 8)]) + data[place + 1 :]
            case "cut":
                data = data[:place]
            case "insert":
                data = data[:place] + _JUNK[what % len(_JUNK)] + data[place:]
            case "remove":
                data = data[:place] + data[place + what % 200 :]
    return data


def mutated_stream(body: bytes, changes: Sequence[Mutation], binary: bool = False) -> bytes:
    """A recorded stream, its events lost, repeated, in another order or not what they were."""
    events = _messages(body) if binary else _events(body)
    for name, where, what in changes:
        if events:
            _damage(events, name, where % len(events), what)
    return b"".join(events)


def _damage(events: list[bytes], name: str, place: int, what: int) -> None:
    event = events[place]
    match name:
        case "drop":
            del events[place]
        case "repeat":
            events[place:place] = [event] * (1 + what % 3)
        case "swap":
            other = what % len(events)
            events[place], events[other] = events[other], event
        case "junk":
            events.insert(place, _JUNK[what % len(_JUNK)])
        case "rename":
            events[place] = event.replace(b"type", b"typo").replace(b"delta", b"dleta", 1)
        case "change":
            events[place] = _changed(event, what)


def _changed(event: bytes, what: int) -> bytes:
    """An event with another value somewhere in its JSON."""
    change = ("wreck" if what % 16 == 0 else "replace", what // 16, what // 7)
    if event[:1] == b"\x00":  # a message of AWS's
        headers, payload = _unframed(event)
        return framed(_with_change(payload, change), headers)
    start = event.find(b"{")
    end = event.rfind(b"}") + 1
    return event[:start] + _with_change(event[start:end], change) + event[end:] if 0 <= start < end else event


def _with_change(payload: bytes, change: Mutation) -> bytes:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):  # changed before
        return payload
    return mutated_json(value, [change]).replace(b"\n", b" ")


def _events(body: bytes) -> list[bytes]:
    """Of a stream of server-sent events, or of an array over several lines."""
    text = body.replace(b"\r\n", b"\n")
    return [event + b"\n\n" for event in text.split(b"\n\n") if event.strip()]


def _messages(body: bytes) -> list[bytes]:
    messages = []
    while len(body) >= 16:
        [length] = struct.unpack("!I", body[:4])
        messages.append(body[:length])
        body = body[max(length, 16) :]
    return messages


def _unframed(message: bytes) -> tuple[dict[str, str], bytes]:
    """The headers, all of them texts, and the payload of AWS's message."""
    [length] = struct.unpack("!I", message[4:8])
    raw, payload, headers = message[12 : 12 + length], message[12 + length : -4], {}
    while raw:
        name, raw = raw[1 : 1 + raw[0]], raw[1 + raw[0] :]
        [size] = struct.unpack("!H", raw[1:3])
        headers[name.decode()], raw = raw[3 : 3 + size].decode(), raw[3 + size :]
    return headers, payload


def pieces(data: bytes, size: int) -> list[bytes]:
    """The bytes as a network might bring them: by events for size 0, else in parts of that size."""
    if size == 0:
        return _events(data)
    return [data[place : place + size] for place in range(0, len(data), size)]
