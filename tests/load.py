"""Many requests at once through a gateway, each remembered: what was answered, and how it ended."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
            answered.whole = "data: [DONE]" in text if stream else True
            answered.error = "" if response.status == 200 else text
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        answered.error = repr(error)
    answered.ended = time.monotonic()
    return answered


def session() -> aiohttp.ClientSession:
    """A client without a limit on connections."""
    timeout = aiohttp.ClientTimeout(total=60)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)


async def _keep_asking(
    answers: list[Answered], go_on: Callable[[], bool], tenant: Tenant, model: str, load: "Load"
) -> None:
    async def ask_on(client: aiohttp.ClientSession, number: int) -> None:
        while go_on():
            answers.append(await ask(client, tenant, model, stream=bool(number % 2)))
            await asyncio.sleep(load.pause)

    async with session() as client:
        await asyncio.gather(*(ask_on(client, number) for number in range(load.at_once)))


@dataclass(frozen=True)
class Load:
    """So many clients, every other one streaming, each pausing so many seconds between its requests."""

    at_once: int = 10
    pause: float = 0.0


def send_requests(tenant: Tenant, model: str, count: int, load: Load) -> list[Answered]:
    """`count` requests, and wait for all."""
    numbers = iter(range(count))
    answers: list[Answered] = []
    asyncio.run(_keep_asking(answers, lambda: next(numbers, None) is not None, tenant, model, load))
    return answers


@contextmanager
def under_load(tenant: Tenant, model: str, load: Load) -> Iterator[list[Answered]]:
    """Requests without end beside what the block does; the list of answers grows meanwhile."""
    answers: list[Answered] = []
    stop = threading.Event()
    asking = _keep_asking(answers, lambda: not stop.is_set(), tenant, model, load)
    thread = threading.Thread(target=asyncio.run, args=(asking,))
    thread.start()
    try:
        yield answers
    finally:
        stop.set()
        thread.join()
