"""Compressed bodies."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proxy.http.errors import ConnectionClosed, MalformedAnswer
from routing.proxy.http.unpacking import Unpacker


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate, bare": raw_deflate,
}


def unpacked(name: str, pieces: list[bytes]) -> bytes:
    unpacker, out = Unpacker(name.partition(",")[0]), []
    for piece in pieces:
        out.append(unpacker.feed(piece))
        while unpacker.holds_more:
            out.append(unpacker.feed(b""))
    unpacker.finish()
    return b"".join(out)


@given(st.sampled_from(list(PACKERS)), st.binary(max_size=2000), st.integers(1, 50))
def test_what_was_packed_comes_out(name: str, data: bytes, step: int) -> None:
    packed = PACKERS[name](data)
    assert unpacked(name, [packed[at : at + step] for at in range(0, len(packed), step)]) == data


@given(st.sampled_from(list(PACKERS)), st.integers(1, 100))
def test_an_end_that_is_missing_is_an_error(name: str, cut: int) -> None:
    packed = PACKERS[name](bytes(range(200)))
    with pytest.raises((ConnectionClosed, MalformedAnswer)):
        unpacked(name, [packed[: -min(cut, len(packed) - 1)]])


# B1: a small body that holds a vast one
def test_a_bomb_comes_out_in_pieces() -> None:
    unpacker = Unpacker("gzip")
    assert len(unpacker.feed(gzip.compress(b"x" * 50_000_000))) <= 1024 * 1024
    assert unpacker.holds_more


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "none"])
def test_an_encoding_that_was_not_asked_for(encoding: str) -> None:
    with pytest.raises(MalformedAnswer):
        Unpacker(encoding)
