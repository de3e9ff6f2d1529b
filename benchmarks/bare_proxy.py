"""The yardstick: a proxy of the usual parts (uvicorn, aiohttp, orjson) that forwards and no more."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

JSON = [(b"content-type", b"application/json")]
EVENTS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


class BareProxy:
    """A plain ASGI application with one upstream."""

    def __init__(self, upstream: str) -> None:
        self.url = f"{upstream}/v1/chat/completions"
        self.headers = {"content-type": "application/json", "authorization": "Bearer upstream-key"}
        self.session: aiohttp.ClientSession

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
        elif scope["path"] == "/readyz":
            await respond(send, 200, b"{}")
        else:
            await self.forward(receive, send)

    async def forward(self, receive: Receive, send: Send) -> None:
        """Parses the request, sends it on, and hands back the answer."""
        request = orjson.loads(await read_body(receive))
        body = orjson.dumps(request)
        async with self.session.post(self.url, data=body, headers=self.headers) as answer:
            if request.get("stream"):
                await relay(answer, send)
            else:
                whole = orjson.loads(await answer.read())
                await respond(send, answer.status, orjson.dumps(whole))

    async def lifespan(self, receive: Receive, send: Send) -> None:
        """Holds one client session while the server runs."""
        await receive()
        # The gateway's own settings: any number of connections, no cookies, no limit on the length of a stream.
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        ) as self.session:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def read_body(receive: Receive) -> bytes:
    """The whole request body."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def respond(send: Send, status: int, body: bytes) -> None:
    """Sends a whole JSON answer."""
    headers = [*JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def relay(answer: aiohttp.ClientResponse, send: Send) -> None:
    """Sends the bytes of a stream on as they come."""
    await send({"type": "http.response.start", "status": answer.status, "headers": EVENTS})
    async for data in answer.content.iter_any():
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


application = BareProxy(os.environ.get("UPSTREAM", "http://127.0.0.1:9000"))
