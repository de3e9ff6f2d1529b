"""The fake provider's server: HTTP/1.1 on plain sockets, since a real server library would not misbehave.

The first part of the path names the scenario and its framings, and after `~` the site that remembers:
`/cut-after-3~t1/v1/chat/completions`, `/ok+drip~t2/v1/chat/completions`.
"""

import asyncio
import json
import time
from collections import defaultdict
from contextlib import suppress
from typing import Any

from tests.upstream import scenarios
from tests.upstream.framing import FRAMINGS
from tests.upstream.reply import Cut, Reply
from tests.upstream.site import Received, Site

MAX_LINE = 1024 * 1024


class Server:
    """Answers calls and counts connections."""

    def __init__(self) -> None:
        self.sites: dict[str, Site] = defaultdict(Site)
        self.open_connections = 0

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
        """Start; port 0 takes a free one."""
        return await asyncio.start_server(self._connected, host, port, limit=MAX_LINE, backlog=4096)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_connections += 1
        try:
            with suppress(Cut, ConnectionError, asyncio.IncompleteReadError):
                while True:
                    await self._one_request(reader, writer)
        finally:
            self.open_connections -= 1
            writer.transport.abort()

    async def _one_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        request_line, *lines = head.decode("latin-1").strip().split("\r\n")
        method, path, _ = request_line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        raw = await _read_body(reader, headers)
        if path.startswith("/_control"):
            await self._control(path, Reply(writer, []))
            raise Cut  # a question leaves no connection behind
        received = Received(method, path, headers, _parse(raw), len(raw))
        await self._answer(received, reader, writer)

    async def _answer(self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = received.path.split("/")[1]
        site = self.sites[name]
        body = received.body if isinstance(received.body, dict) else {}
        (scenario, argument), framings = _script(name)
        call = scenarios.Call(received.path, received.headers, body, site, argument, received.method)
        reply = Reply(writer, framings)
        site.remember(received)
        try:
            await _unless_client_leaves(_play(scenario, call, reply), reader)
            received.outcome = "answered"
        except Cut:
            received.outcome = "cut"
            raise
        except ConnectionError:
            received.outcome = "client left"
            raise
        finally:
            received.ended = time.monotonic()

    async def _control(self, path: str, reply: Reply) -> None:
        _, _, name, *action = [*path.split("/"), ""]
        site = self.sites[name] if name else Site()
        if action[:1] == ["release"]:
            site.released.set()
        requests = [] if action[:1] == ["counts"] else site.report()
        outcomes, connections = site.outcomes(), self.open_connections
        await reply.json(200, {"open_connections": connections, "outcomes": outcomes, "requests": requests})


def _script(name: str) -> tuple[tuple[scenarios.Scenario, str], list[Any]]:
    """`ok+drip~t2` → the scenario, its argument, its framings. A framing alone dresses `ok`."""
    parts = name.partition("~")[0].split("+")
    framings = [FRAMINGS[part] for part in parts if part in FRAMINGS]
    said = [part for part in parts if part not in FRAMINGS] or ["ok"]
    return scenarios.find(said[0]), framings


async def _play(scenario: scenarios.Scenario, call: scenarios.Call, reply: Reply) -> None:
    await scenario(call, reply)
    await reply.close()


async def _unless_client_leaves(playing: Any, reader: asyncio.StreamReader) -> None:
    """Run a scenario; raise ConnectionResetError as soon as the caller closes its side."""
    play = asyncio.ensure_future(playing)
    gone = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({play, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not play.done():
            raise ConnectionResetError("the client left")
        play.result()
    finally:
        for task in (play, gone):
            task.cancel()
        await asyncio.wait({play, gone})
        if not play.cancelled():
            play.exception()


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    parts = []
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
    return b"".join(parts)


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")
