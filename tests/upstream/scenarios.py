"""What the fake provider can be told to do: each function is one scenario, named in the base URL's path."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.upstream import cassettes, messages, replies
from tests.upstream.reply import Cut, Reply
from tests.upstream.site import Site

FOREVER = 3600.0


@dataclass
class Call:
    """One request, as a scenario sees it; `argument` is the tail of its name: `cut-after-3` → "3"."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    site: Site
    argument: str = ""
    method: str = "POST"

    @property
    def number(self) -> int:
        return int(self.argument)

    @property
    def key(self) -> str:
        """The caller's secret, to be quoted in errors."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))


Scenario = Callable[[Call, Reply], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    """Register under the function's name, with dashes."""
    SCENARIOS[function.__name__.replace("_", "-")] = function
    return function


async def answer(call: Call, reply: Reply, usage: replies.Json | None = replies.USAGE) -> None:
    """The healthy answer to any call."""
    if call.path.endswith("/models"):
        await reply.json(200, {"object": "list", "data": [{"id": "fake-model", "object": "model"}]})
    elif call.path.endswith("/embeddings"):
        await reply.json(200, replies.embeddings(call.body))
    elif call.path.endswith("/count_tokens"):
        await reply.json(200, {"input_tokens": messages.COUNTED})
    elif call.path.endswith("/messages"):
        await messages.answer(call.body, reply)
    elif call.stream:
        await reply.events(replies.word_chunks(call.body) + replies.ending(call.body, usage))
        await reply.done()
    else:
        await reply.json(200, replies.whole(call.body, usage))


@scenario
async def ok(call: Call, reply: Reply) -> None:
    """All is well."""
    await answer(call, reply)


@scenario
async def json(call: Call, reply: Reply) -> None:
    """Says a JSON object, as a model does that was asked for one."""
    if call.path.endswith("/messages"):
        await messages.answer(call.body, reply, *replies.JSON)
    elif call.stream:
        await reply.events(replies.word_chunks(call.body, replies.JSON) + replies.ending(call.body))
        await reply.done()
    else:
        await reply.json(200, replies.whole(call.body, text="".join(replies.JSON)))


@scenario
async def calls(call: Call, reply: Reply) -> None:
    """Streams a call of the tool `calls-<name>`."""
    if call.path.endswith("/messages"):
        await messages.stream(messages.calling(call.body, call.argument, replies.CALLED), reply)
        return
    await reply.events(replies.calling_chunks(call.body, call.argument, replies.CALLED))
    await reply.events(replies.ending(call.body)[1:])
    await reply.done()


@scenario
async def replay(call: Call, reply: Reply) -> None:
    """The recorded answer that the request itself names, in a field that means nothing to anybody else."""
    call.argument = call.body["cassette"]
    await cassette(call, reply)


@scenario
async def cassette(call: Call, reply: Reply) -> None:
    """The recorded answer `cassette-<id>`, event for event."""
    recorded = cassettes.load(call.argument)
    if not recorded.is_event_stream:
        await reply.whole(recorded.status, recorded.body, recorded.headers)
        return
    for event in recorded.events:
        await reply.raw(event)


@scenario
async def turns(call: Call, reply: Reply) -> None:
    """The recorded answers `turns-<id>.<id>`, one a request."""
    call.argument = call.argument.split(".")[len(call.site.requests) - 1]
    await cassette(call, reply)


@scenario
async def responses(call: Call, reply: Reply) -> None:
    """A server of the Responses API that keeps its answers."""
    stored, name = call.site.stored, call.path.rpartition("/")[2]
    wanted = name if call.method != "POST" else call.body.get("previous_response_id")
    if wanted is not None and wanted not in stored:
        await reply.json(404, replies.error(404))
    elif call.method == "DELETE":
        del stored[name]
        await reply.json(200, {"id": name, "object": "response.deleted", "deleted": True})
    elif call.method == "GET":
        await reply.json(200, stored[name])
    else:
        response = replies.response(call.body, f"resp_upstream_{len(call.site.requests)}_{id(call.site)}")
        stored[response["id"]] = response
        if call.stream:
            await reply.events(replies.response_events(response))
        else:
            await reply.json(200, response)


@scenario
async def echo(call: Call, reply: Reply) -> None:
    """Answers with what it received."""
    received = {"headers": call.headers, "body": call.body}
    await reply.json(200, {**replies.whole(call.body), "received": received})


@scenario
async def slow_first_token(call: Call, reply: Reply) -> None:
    """Takes N seconds (10 where none is named) before the first byte."""
    await asyncio.sleep(float(call.argument or 10))
    await answer(call, reply)


@scenario
async def stall_after(call: Call, reply: Reply) -> None:
    """Says N words, then nothing more, with the connection open."""
    await reply.events(replies.word_chunks(call.body)[: call.number])
    await asyncio.sleep(FOREVER)


@scenario
async def hold_after(call: Call, reply: Reply) -> None:
    """Says N words, then waits until the test releases the site."""
    chunks = replies.word_chunks(call.body)
    await reply.events(chunks[: call.number])
    await call.site.released.wait()
    await reply.events(chunks[call.number :] + replies.ending(call.body))
    await reply.done()


@scenario
async def paced(call: Call, reply: Reply) -> None:
    """N words, 20 ms apart, or a whole answer after as long."""
    if not call.stream:
        await asyncio.sleep(0.02 * call.number)
        await answer(call, reply)
        return
    for _ in range(call.number):
        await reply.events([replies.chunk(call.body, {"content": "tick "})])
        await asyncio.sleep(0.02)
    await reply.events(replies.ending(call.body))
    await reply.done()


@scenario
async def endless(call: Call, reply: Reply) -> None:
    """A word every 20 ms for as long as somebody listens."""
    while True:
        await reply.events([replies.chunk(call.body, {"content": "more "})])
        await asyncio.sleep(0.02)


@scenario
async def comments_only(call: Call, reply: Reply) -> None:
    """Keep-alive comments for ever, and never a word."""
    while True:
        await reply.raw(b": keep-alive\n\n")
        await asyncio.sleep(0.05)


@scenario
async def comments_after(call: Call, reply: Reply) -> None:
    """Says N words, then keep-alive comments for ever."""
    await reply.events(replies.word_chunks(call.body)[: call.number])
    await comments_only(call, reply)


@scenario
async def hang(call: Call, reply: Reply) -> None:
    """Accepts the request and never answers."""
    await asyncio.sleep(FOREVER)


@scenario
async def cut_after(call: Call, reply: Reply) -> None:
    """The connection closes after N words, without an end."""
    if not call.stream:
        await reply.whole(200, b'{"choices": [{"mess', {"content-length": "4000"})
        raise Cut
    await reply.events(replies.word_chunks(call.body)[: call.number])
    raise Cut


@scenario
async def stall_at_the_end(call: Call, reply: Reply) -> None:
    """Says all, the usage too, but not that this was all."""
    await no_done(call, reply)
    await asyncio.sleep(FOREVER)


@scenario
async def ok_then_close(call: Call, reply: Reply) -> None:
    """All is well, but the connection closes after the answer, without having said so."""
    await answer(call, reply)
    await reply.close()
    raise Cut


@scenario
async def end_after(call: Call, reply: Reply) -> None:
    """The stream ends cleanly as HTTP sees it after N words, but with neither finish reason nor marker."""
    await reply.events(replies.word_chunks(call.body)[: call.number])


@scenario
async def no_done(call: Call, reply: Reply) -> None:
    """All but the terminal marker."""
    await reply.events(replies.word_chunks(call.body) + replies.ending(call.body))


@scenario
async def malformed_after(call: Call, reply: Reply) -> None:
    """One event after N words is not JSON; the rest is well."""
    chunks = replies.word_chunks(call.body)
    await reply.events(chunks[: call.number])
    await reply.raw(b'data: {"choices": [{"delta": {"cont\n\n')
    await reply.events(chunks[call.number :] + replies.ending(call.body))
    await reply.done()


@scenario
async def status(call: Call, reply: Reply) -> None:
    """Fails with the status in its name; a 429 and a 503 say when to come back."""
    later = {"retry-after": "7"} if call.number in (429, 503) else {}
    wording = messages.error if call.path.endswith("/messages") else replies.error
    await reply.json(call.number, wording(call.number, call.key), later)


@scenario
async def down(call: Call, reply: Reply) -> None:
    """Fails with a 500 until the test releases the site, then is well."""
    if call.site.released.is_set():
        await answer(call, reply)
    else:
        await reply.json(500, replies.error(500))


@scenario
async def flaky(call: Call, reply: Reply) -> None:
    """Fails the first N calls with a 500, then is well."""
    if len(call.site.requests) <= call.number:
        await reply.json(500, replies.error(500))
    else:
        await answer(call, reply)


@scenario
async def error_event_first(call: Call, reply: Reply) -> None:
    """A 200 that carries an error: as the first event, or as the body."""
    if call.stream:
        await reply.events([replies.error(529, call.key)])
    else:
        await reply.json(200, replies.error(529, call.key))


@scenario
async def error_event_after(call: Call, reply: Reply) -> None:
    """A 200 whose event after N words is an error; for a whole answer, the body."""
    if not call.stream:
        await error_event_first(call, reply)
        return
    await reply.events([*replies.word_chunks(call.body)[: call.number], replies.error(529, call.key)])


@scenario
async def no_usage(call: Call, reply: Reply) -> None:
    """Never says what was used."""
    await answer(call, reply, usage=None)


@scenario
async def usage_absurd(call: Call, reply: Reply) -> None:
    """Says that it used less than nothing, and more than there is."""
    usage = {"prompt_tokens": -5, "completion_tokens": 10**15, "total_tokens": 10**15 - 5}
    await answer(call, reply, usage)


@scenario
async def big_line(call: Call, reply: Reply) -> None:
    """One event of N megabytes (16 where none is named) among small ones."""
    size = int(call.argument or 16) * 1024 * 1024
    chunks = replies.word_chunks(call.body)
    large = replies.chunk(call.body, {"content": "x" * size})
    await reply.events(itertools.chain(chunks, [large], replies.ending(call.body)))
    await reply.done()


def find(name: str) -> tuple[Scenario, str]:
    """`cut-after-3` → (cut_after, "3")."""
    if name in SCENARIOS:
        return SCENARIOS[name], ""
    head, _, argument = name.rpartition("-")
    return SCENARIOS[head], argument
