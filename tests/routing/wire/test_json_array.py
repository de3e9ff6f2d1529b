"""A JSON array's elements, however its bytes are cut."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.wire import json_array
from routing.wire.contract import UpstreamError
from routing.wire.json_array import JsonArrayDecoder
from tests.routing.wire.cuts import one_by_one, pieces

VALUES = st.recursive(
    st.none() | st.integers() | st.text(alphabet='ab"\\[]{},:\n', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='a"}]\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


# B21
@given(
    st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=4),
    st.sampled_from([None, 1]),
    st.data(),
)
def test_elements_do_not_depend_on_how_the_bytes_are_cut(
    array: list[object], indent: int | None, data: st.DataObject
) -> None:
    body = json.dumps(array, indent=indent).encode()
    for cut in (one_by_one(body), data.draw(pieces(body))):
        decoder = JsonArrayDecoder()
        found = [element for piece in cut for element in decoder.feed(piece)]
        assert [json.loads(element) for element in found] == array
        assert decoder.rest() == b""


def test_what_has_not_ended_is_kept_back() -> None:
    decoder = JsonArrayDecoder()
    assert decoder.feed(b'[{"a":1},{"b"') == [b'{"a":1}']
    assert [orjson.loads(element) for element in decoder.feed(b":2}]")] == [{"b": 2}]


@given(st.binary(max_size=50))
def test_no_bytes_break_it(body: bytes) -> None:
    JsonArrayDecoder().feed(b"[" + body)


def test_an_element_without_an_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "LONGEST_EVENT", 100)
    decoder = JsonArrayDecoder()
    decoder.feed(b'[{"a":"' + b"x" * 80)
    with pytest.raises(UpstreamError, match="does not end"):
        decoder.feed(b"x" * 20)
