"""Many requests at once through a gateway, each remembered: what was answered, and how it ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from tests.tenant import Tenant, chat_body


@dataclass
class Answered:
    """One request from the client's side. `status` is None where the connection broke before an answer."""

    status: int | None = None
    request_id: str = ""
    whole: bool = False  # the answer came to its end
    error: str = ""
    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0

    @property
    def ok(self) -> bool:
        return self.status == 200 and self.whole


async def ask(session: aiohttp.ClientSession, tenant: Tenant, model: str, stream: bool) -> Answered:
    """One chat completion, whole or streamed."""
    answered = Answered()
    body, headers = chat_body(model, stream=stream), {"authorization": f"Bearer {tenant.secret}"}
    url = f"{tenant.gateway.url}/v1/chat/completions"
    try:
        async with session.post(url, json=body, headers=headers) as response:
            answered.status = response.status
            answered.request_id = response.headers.get("x-request-id", "")
            text = await response.text()
            answered.whole = "data: [DONE]" in text if stream and response.status == 200 else True
            answered.error = "" if response.status == 200 else text
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        answered.error = repr(error)
    answered.ended = time.monotonic()
    return answered


def session() -> aiohttp.ClientSession:
    """A client without a limit on connections."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60))


async def requests_in_parallel(
    tenant: Tenant, model: str, count: int, at_once: int, stream: Callable[[int], bool] = lambda number: False
) -> list[Answered]:
    """`count` requests, never more than `at_once` under way."""
    numbers = iter(range(count))
    answers: list[Answered] = []

    async def ask_on(client: aiohttp.ClientSession) -> None:
        for number in numbers:
            answers.append(await ask(client, tenant, model, stream(number)))

    async with session() as client:
        await asyncio.gather(*(ask_on(client) for _ in range(at_once)))
    return answers


async def requests_until(
    tenant: Tenant, model: str, at_once: int, pause: float, over: Callable[[], Awaitable[object]]
) -> list[Answered]:
    """Requests without end, streamed and whole in turn, until `over()` returns."""
    answers: list[Answered] = []
    stopped = asyncio.Event()

    async def ask_on(client: aiohttp.ClientSession, stream: bool) -> None:
        while not stopped.is_set():
            answers.append(await ask(client, tenant, model, stream))
            await asyncio.sleep(pause)

    async with session() as client:
        askers = [asyncio.create_task(ask_on(client, bool(number % 2))) for number in range(at_once)]
        try:
            await over()
        finally:
            stopped.set()
            await asyncio.gather(*askers)
    return answers
