"""How a server-sent event is put on the wire: the same events, cut and dressed in every legal way."""

import random
from collections.abc import Callable, Iterator

Framing = Callable[[bytes], Iterator[bytes]]


def plain(event: bytes) -> Iterator[bytes]:
    """One write an event."""
    yield event


def drip(event: bytes) -> Iterator[bytes]:
    """One byte a write: every cut there is, in the middle of characters too."""
    return (event[i : i + 1] for i in range(len(event)))


def crlf(event: bytes) -> Iterator[bytes]:
    """Lines end with CR LF."""
    yield event.replace(b"\n", b"\r\n")


def tight(event: bytes) -> Iterator[bytes]:
    """No space after `data:`, which the standard allows."""
    yield event.replace(b"data: ", b"data:")


def commented(event: bytes) -> Iterator[bytes]:
    """A keep-alive comment before each event, an unknown field inside it."""
    yield b": keep-alive\n\n"
    yield b"id: 7\n" + event


def scattered(event: bytes) -> Iterator[bytes]:
    """Cut at places that depend on the event alone, so that a failure comes back."""
    dice = random.Random(event)
    while event:
        cut = dice.randint(1, 23)
        yield event[:cut]
        event = event[cut:]


FRAMINGS: dict[str, Framing] = {
    framing.__name__: framing for framing in (plain, drip, crlf, tight, commented, scattered)
}
