"""Whole requests through the data plane: a damaged request meets a damaged answer, and still all ends as it should."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from anthropic.types import ErrorResponse
from google.genai.errors import APIError
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses import ResponseErrorEvent
from openai.types.shared import ErrorObject

from routing.proxy.health import Health
from routing.proxy.snapshot import DeploymentRecord
from routing.proxy.stored import StoredResponse
from routing.proxy.upstream import Upstream
from routing.wire.contract import Json, Outgoing, Target
from tests.fuzz import samples
from tests.fuzz.samples import Way
from tests.mutations import (
    Mutation,
    byte_mutations,
    examples,
    json_mutations,
    mutated_bytes,
    mutated_json,
    mutated_stream,
    pieces,
    stream_mutations,
)
from tests.routing.proxy.parts import Answer, Client, Rig, deployment, route

WAYS = [way for way in samples.ways() if way.operation == "chat" and way.kind != "sandbox" and way.is_open]
PATHS = {
    "openai_chat": "/v1/chat/completions", "openai_completions": "/v1/completions",
    "openai_responses": "/v1/responses", "anthropic_messages": "/v1/messages",
}  # fmt: skip
STATUSES = {400, 404, 413, 422, 429, 502, 503, 504}
SECONDS = 20  # no request may take so long
NUMBER = st.integers(0, 2**16)
fuzzed = settings(max_examples=examples(500), derandomize="FUZZ" not in os.environ)
# How each vendor's SDK reads an error's body.
READERS: dict[str, Callable[[Any], object]] = {
    "openai_chat": lambda body: ErrorObject.model_validate(body["error"]),
    "openai_completions": lambda body: ErrorObject.model_validate(body["error"]),
    "openai_responses": lambda body: ErrorObject.model_validate(body["error"]),
    "anthropic_messages": ErrorResponse.model_validate,
    "gemini": lambda body: APIError(body["error"]["code"], body),
}


class Broken(Upstream):
    """Sends damaged bytes. What the gateway answers itself is left to it."""

    def __init__(self) -> None:
        self.answer = Answer()

    async def send(self, outgoing: Outgoing, target: Target, connect: float) -> Any:
        if outgoing.answered is not None:
            return Answer([outgoing.answered])
        json.loads(outgoing.body)
        return self.answer

    async def close(self) -> None:
        pass


class EmptyStore:
    """Of responses: holds none, and keeps none."""

    async def get(self, organization_id: int, response_id: str) -> StoredResponse | None:
        return None

    async def chain(self, organization_id: int, response_id: str, limit: int) -> list[StoredResponse]:
        return []

    async def with_items(self, organization_id: int, item_ids: Sequence[str]) -> list[StoredResponse]:
        return []

    async def delete(self, organization_id: int, response_id: str) -> bool:
        return False

    async def put(self, response: StoredResponse) -> None:
        pass


def rig(directory: Path, upstream: Upstream) -> Rig:
    """A data plane with a route for each kind, named so."""
    targets = {f"{way.kind}-{way.api}": way.target for way in WAYS}
    routes = (replace(route(deployment(name, target=target)), name=name) for name, target in targets.items())
    made = Rig(directory, upstream, *routes)
    made.plane.responses = EmptyStore()
    return made


def client_of(way: Way, body: bytes, stream: bool) -> Client:
    name = f"{way.kind}-{way.api}"
    if way.client != "gemini":
        return Client(body, PATHS[way.client])
    client = Client(body, f"/v1beta/models/{name}:{'streamGenerateContent' if stream else 'generateContent'}")
    client.scope["query_string"] = b"alt=sse"
    return client


async def always(deployment: DeploymentRecord) -> bool:
    return True


async def ended(made: Rig, way: Way, client: Client) -> None:
    """Serve the request and judge what came of it."""
    made.plane.health = Health(always)  # no circuit opens
    before, lost = made.journal.stats.appended, made.journal.stats.lost
    await asyncio.wait_for(made.call(client), SECONDS)
    assert client.complete
    assert made.journal.stats.appended == before + 1
    assert made.journal.stats.lost == lost
    row = last_row(made)
    if client.status != 200:
        assert client.status in STATUSES, client.body
        assert row["outcome"] == "error" and row["status"] == client.status
        READERS[way.client](json.loads(client.body))
    elif client.headers["content-type"].startswith("application/json"):
        assert row["outcome"] == "ok"
        assert isinstance(json.loads(client.body), dict)
    elif row["outcome"] == "truncated":
        check_stream_error(way, client.chunks[-1])
    else:
        assert row["outcome"] == "ok"


def last_row(made: Rig) -> Json:
    segment = made.journal.segments()[-1]
    with segment.path.open("rb") as file:
        file.seek(max(0, segment.size - 65_536))
        row: Json = orjson.loads(file.read().splitlines()[-1])
    return row


def check_stream_error(way: Way, chunk: bytes) -> None:
    """The last event of a stream that broke off."""
    data: Json = json.loads(chunk[chunk.rindex(b"data: ") + 6 :])
    if way.client == "openai_responses":
        ResponseErrorEvent.model_validate(data)
    else:
        READERS[way.client](data)


@dataclass
class Plane:
    """A data plane, what its providers answer, and the loop that it serves in."""

    rig: Rig
    broken: Broken
    loop: asyncio.AbstractEventLoop

    def serve(self, way: Way, client: Client, answer: Answer) -> None:
        self.broken.answer = answer
        self.loop.run_until_complete(ended(self.rig, way, client))


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    broken, loop = Broken(), asyncio.new_event_loop()
    yield Plane(rig(tmp_path_factory.mktemp("journal"), broken), broken, loop)
    loop.close()


def body_of(way: Way, number: int, changes: list[Mutation], stream: bool) -> bytes:
    recorded = samples.requests(way.asked) or [way.prompt]
    frame = {} if way.client == "gemini" else {"model": f"{way.kind}-{way.api}", "stream": stream}
    return mutated_json({**recorded[number % len(recorded)], **frame}, changes)


@fuzzed
@given(st.sampled_from(WAYS), NUMBER, json_mutations, byte_mutations, st.booleans())
def test_damaged_requests(
    plane: Plane,
    way: Way,
    number: int,
    changes: list[Mutation],
    damage: list[Mutation],
    stream: bool,
) -> None:
    answer = Answer([samples.pick(samples.answers(way.spoken, stream), number).body])
    body = mutated_bytes(body_of(way, number, changes, stream), damage)
    plane.serve(way, client_of(way, body, stream), answer)


@fuzzed
@given(st.sampled_from(WAYS), NUMBER, stream_mutations, st.sampled_from([0, 0, 100, 100_000]))
def test_damaged_streams(
    plane: Plane,
    way: Way,
    number: int,
    changes: tuple[list[Mutation], list[Mutation]],
    size: int,
) -> None:
    recorded = samples.pick(samples.answers(way.spoken, stream=True), number)
    body = mutated_bytes(mutated_stream(recorded.body, changes[0], recorded.is_binary), changes[1])
    answer = Answer(list(pieces(body, 100_000 if recorded.is_binary else size)))
    client = client_of(way, orjson.dumps({**way.prompt, "model": f"{way.kind}-{way.api}", "stream": True}), True)
    plane.serve(way, client, answer)


@fuzzed
@given(st.sampled_from(WAYS), NUMBER, json_mutations, byte_mutations, st.sampled_from([200, 200, 400, 401, 429, 500]))
def test_damaged_answers(
    plane: Plane,
    way: Way,
    number: int,
    changes: list[Mutation],
    damage: list[Mutation],
    status: int,
) -> None:
    answers = samples.answers(way.spoken, stream=False) if status == 200 else samples.refusals()
    recorded = samples.value_in(samples.pick(answers, number).body)
    answer = Answer([mutated_bytes(mutated_json(recorded, changes), damage)], status)
    client = client_of(way, orjson.dumps({**way.prompt, "model": f"{way.kind}-{way.api}"}), False)
    plane.serve(way, client, answer)
