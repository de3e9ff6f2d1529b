"""A provider that costs almost nothing: prebuilt bytes from a raw protocol, so that the proxy is measured.

It speaks just enough HTTP/1.1 for well-behaved clients: keep-alive, Content-Length bodies, no pipelining.
`GET /stats` tells what it has seen, which is how a benchmark finds leaked connections.
"""

import argparse
import asyncio
import json
import re
from dataclasses import asdict, dataclass
from typing import cast

import uvloop

from benchmarks.payloads import CHUNKS, GAP, message_events, stream_events, whole_answer, whole_message

STREAM = re.compile(rb'"stream"\s*:\s*true')
USAGE = re.compile(rb'"include_usage"\s*:\s*true')
LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)

STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
LAST_CHUNK = b"0\r\n\r\n"


def whole(body: bytes) -> bytes:
    """A whole JSON response, headers included."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def chunked(events: list[bytes]) -> list[bytes]:
    """The writes of one stream: one for each content event, and one for all that follows the last of them."""
    pieces = [*events[:CHUNKS], b"".join(events[CHUNKS:])]
    first, *content, finish = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
    return [STREAM_HEAD + first, *content, finish + LAST_CHUNK]


ANSWER = whole(whole_answer())
WRITES = {asked: chunked(stream_events(usage=asked)) for asked in (False, True)}
# In Anthropic's dialect.
MESSAGES = b"POST /v1/messages "
MESSAGE, MESSAGE_WRITES = whole(whole_message()), chunked(message_events())


@dataclass
class Stats:
    """What this provider has seen; `open` leaves out the connection that asks."""

    open: int = 0  # connections
    streaming: int = 0  # streams under way
    requests: int = 0
    aborted: int = 0  # streams whose client left early


class Upstream(asyncio.Protocol):
    """One connection from a proxy."""

    def __init__(self, stats: Stats) -> None:
        self.loop = asyncio.get_running_loop()
        self.stats = stats
        self.buffer = b""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.stats.open += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.stats.open -= 1
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
            self.stats.streaming -= 1
            self.stats.aborted += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = LENGTH.search(head)
        if len(rest) < (int(length[1]) if length else 0):
            return
        self.buffer = b""
        self._answer(head, rest)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET /stats"):
            seen = asdict(self.stats) | {"open": self.stats.open - 1}
            self.transport.write(whole(json.dumps(seen).encode()))
            return
        self.stats.requests += 1
        is_messages = head.startswith(MESSAGES)
        if STREAM.search(body):
            self.stats.streaming += 1
            writes = MESSAGE_WRITES if is_messages else WRITES[bool(USAGE.search(body))]
            self._write_next(writes, 0, self.loop.time())
        else:
            self.transport.write(MESSAGE if is_messages else ANSWER)

    def _write_next(self, writes: list[bytes], n: int, due: float) -> None:
        self.transport.write(writes[n])
        if n + 1 < len(writes):
            # Counted from the start, so that a late timer does not stretch the whole stream.
            self.timer = self.loop.call_at(due + GAP, self._write_next, writes, n + 1, due + GAP)
        else:
            self.timer = None
            self.stats.streaming -= 1


async def serve(port: int) -> None:
    """Serves on localhost until the process is stopped."""
    stats = Stats()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Upstream(stats), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(serve(parser.parse_args().port))
