"""Parts to build a data plane from in tests: records, a scripted upstream, a client that speaks ASGI."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from billing.dataplane.cost import Price, Rates
from billing.dataplane.event import Event as Row
from billing.dataplane.event import Request
from billing.dataplane.journal import Journal
from routing.proxy.app import Proxy
from routing.proxy.health import Health
from routing.proxy.log import RequestLog
from routing.proxy.plane import DataPlane
from routing.proxy.postgres_responses import PostgresResponses
from routing.proxy.snapshot import DeploymentRecord, RouteRecord, TenantSnapshot
from routing.proxy.tenants import TenantDirectory
from routing.proxy.upstream import Upstream
from routing.wire.contract import Json, Outgoing, Target, UpstreamError
from tenants.dataplane.keys import KeyDirectory, digest_of
from tenants.dataplane.records import KeyRecord, OrganizationRecord

KEY = "gw-live-0123456789abcdefghij"
SECRET = "sk-upstream-0123456789"
# A dollar per million input tokens, four per million output tokens.
PRICE = Price(Rates(input=1_000_000_000, output=4_000_000_000), source="override")
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
COST = 10 * 1_000 + 5 * 4_000  # nano-dollars
MESSAGES = [{"role": "user", "content": "Say hello."}]


def deployment(name: str = "d1", kind: str = "openai_compatible", **fields: Any) -> DeploymentRecord:
    target = fields.pop("target", None) or Target(kind, f"http://{name}.example/v1", f"model-{name}", secrets=(SECRET,))
    price = fields.pop("price", PRICE)
    return DeploymentRecord(fields.pop("id", hash(name)), name, "provider", target, price, **fields)


def route(*deployments: DeploymentRecord, **fields: Any) -> RouteRecord:
    fields = {"strategy": "priority", "retries": 0, **fields}
    return RouteRecord(name="m", targets=tuple((each, 1.0) for each in deployments), **fields)


def key(**fields: Any) -> KeyRecord:
    known: dict[str, Any] = {
        "id": 1, "digest": digest_of(KEY), "name": "app", "kind": "live", "organization_id": 1, "team_id": None,
        "team": "", "routes": None, "endpoints": None, "expires_at": None, "blocked": False, "tags": {},
    }  # fmt: skip
    return KeyRecord(**{**known, **fields})


def tenant(*routes: RouteRecord) -> TenantSnapshot:
    return TenantSnapshot(OrganizationRecord(1, "acme", "off"), {each.name: each for each in routes}, {})


def whole(text: str = "Hello", usage: Json | None = USAGE) -> bytes:
    """A whole chat completion."""
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}
    return orjson.dumps(answer if usage is None else {**answer, "usage": usage})


def event(data: Json | str) -> bytes:
    return b"data: " + (data.encode() if isinstance(data, str) else orjson.dumps(data)) + b"\n\n"


def chunk(delta: Json, finish: str | None = None) -> bytes:
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


ROLE = chunk({"role": "assistant", "content": ""})
END = chunk({}, "stop") + event({"choices": [], "usage": USAGE}) + event("[DONE]")


@dataclass
class Answer:
    """What a provider answers: bytes, seconds of silence, or an error to raise, in order."""

    pieces: list[bytes | float | UpstreamError] = field(default_factory=list)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    ended: bool = False

    async def next(self) -> bytes:
        while self.pieces:
            piece = self.pieces.pop(0)
            if isinstance(piece, bytes):
                return piece
            if isinstance(piece, UpstreamError):
                raise piece
            await asyncio.sleep(piece)
        self.ended = True
        return b""

    async def read(self, limit: int) -> bytes:
        parts = []
        while part := await self.next():
            parts.append(part)
        return b"".join(parts)[:limit]

    def close(self) -> None:
        self.closed = True


def stream(*words: str) -> Answer:
    """A healthy stream, an event at a time."""
    return Answer([ROLE, *(chunk({"content": word}) for word in words), END])


def failure(status: int, headers: Mapping[str, str] | None = None, message: str = "No.", **fields: str) -> Answer:
    return Answer([orjson.dumps({"error": {"message": message, **fields}})], status, headers or {})


class ScriptedUpstream(Upstream):
    """Gives the answers of a script in order and remembers what it was asked."""

    def __init__(self, *answers: Answer | UpstreamError) -> None:
        self.answers = list(answers)
        self.given: list[Answer] = []
        self.calls: list[tuple[str, Json]] = []  # model, body

    async def send(self, outgoing: Outgoing, target: Target, connect: float) -> Answer:
        self.calls.append((target.model, orjson.loads(outgoing.body)))
        answer = self.answers.pop(0)
        if isinstance(answer, UpstreamError):
            raise answer
        self.given.append(answer)
        return answer

    async def close(self) -> None:
        pass


class SilentLog(RequestLog):
    """Writes nothing: its thread would need real time."""

    def write(self, event: Request, organization: str, deployment: str) -> None:
        pass


class Client:
    """One request as a server hands it over, and what came back."""

    def __init__(self, body: Json | bytes, path: str = "/v1/chat/completions", method: str = "POST") -> None:
        self._body = body if isinstance(body, bytes) else orjson.dumps(body)
        self._asked = False
        self._gone = asyncio.Event()
        headers = [(b"authorization", b"Bearer " + KEY.encode()), (b"content-length", b"%d" % len(self._body))]
        self.scope: dict[str, Any] = {
            "type": "http", "path": path, "method": method, "headers": headers, "query_string": b"",
        }  # fmt: skip
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.chunks: list[bytes] = []
        self.complete = False

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._body}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """As servers do it: the order is checked, and nothing is raised once the client has gone."""
        assert not self.complete, "the answer was complete already"
        if message["type"] == "http.response.start":
            assert self.status is None, "the answer was begun already"
            self.status = message["status"]
            self.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            assert self.status is not None
            self.chunks.append(message.get("body", b""))
            self.complete = not message.get("more_body", False)

    def leave(self) -> None:
        self._gone.set()

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def error(self) -> Any:
        """The error of a whole answer, or the one inside a stream."""
        if self.headers["content-type"].startswith("text/event-stream"):
            return orjson.loads(self.chunks[-1].removeprefix(b"data: "))["error"]
        return self.json["error"]


class Rig:
    """A data plane with one tenant, one key and a scripted upstream."""

    def __init__(self, directory: Path, upstream: Upstream, *routes: RouteRecord, **key_fields: Any) -> None:
        record, snapshot = key(**key_fields), tenant(*routes)
        self.probed: list[str] = []
        self.journal = Journal(directory, "test")

        async def load_key(digest: bytes) -> KeyRecord | None:
            return record if digest == record.digest else None

        async def load_tenant(organization_id: int) -> TenantSnapshot | None:
            return snapshot

        async def probe(deployment: DeploymentRecord) -> bool:
            self.probed.append(deployment.name)
            return False

        self.plane = DataPlane(
            keys=KeyDirectory(load_key),
            tenants=TenantDirectory(load_tenant),
            upstream=upstream,
            health=Health(probe),
            journal=self.journal,
            log=SilentLog(),
            responses=PostgresResponses(""),
            max_body=1024 * 1024,
            is_ready=lambda: True,
        )
        self.proxy = Proxy()
        self.proxy.plane = self.plane

    async def call(self, client: Client) -> Client:
        """Serve one request to its end."""
        await self.proxy(client.scope, client.receive, client.send)
        return client

    async def chat(self, **fields: Any) -> Client:
        return await self.call(Client(chat_body(**fields)))

    @property
    def rows(self) -> list[Row]:
        """What the journal holds."""
        return [orjson.loads(line) for line in self.journal.segments()[0].path.read_bytes().splitlines()]

    @property
    def row(self) -> Row:
        """The one row that there is."""
        [row] = self.rows
        return row


def chat_body(**fields: Any) -> Json:
    return {"model": "m", "messages": MESSAGES, **fields}
