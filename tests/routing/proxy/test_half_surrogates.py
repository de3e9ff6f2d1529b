"""Halves of surrogate pairs, which programs make when they cut a text: read, passed on, and never a failure of ours."""

import json
from pathlib import Path

import pytest

from routing.wire.contract import Target
from tests.routing.providers.anthropic.exchanges import block_stream
from tests.routing.proxy.parts import Answer, Client, Rig, ScriptedUpstream, chat_body, deployment, route, stream, whole

HALF = "cut \ud83d"
CLAUDE = Target("anthropic", "https://api.anthropic.example/v1", "claude-sonnet-4-5", secrets=("sk-ant-0123456789",))


class Recording(ScriptedUpstream):
    """Keeps the bytes that it is sent."""

    async def send(self, outgoing: object, target: Target, connect: float) -> Answer:
        self.sent: bytes = getattr(outgoing, "body", b"")
        answer = self.answers.pop(0)
        assert isinstance(answer, Answer)
        return answer


def asking(**fields: object) -> Client:
    return Client(json.dumps(chat_body(**fields)).encode())


@pytest.mark.parametrize("target", [None, CLAUDE], ids=["same dialect", "translated"])
async def test_a_request_holds_one(tmp_path: Path, target: Target | None) -> None:
    upstream = Recording(Answer([whole() if target is None else block_stream({"type": "text", "text": "x"})]))
    rig = Rig(tmp_path, upstream, route(deployment(target=target)))
    asked = {"messages": [{"role": "user", "content": HALF}], "stream": target is not None, "max_tokens": 9}
    client = await rig.call(asking(**asked))
    assert client.status == 200
    assert HALF in json.dumps(json.loads(upstream.sent)["messages"], ensure_ascii=False)


async def test_a_whole_answer_holds_one(tmp_path: Path) -> None:
    answer = whole().replace(b"Hello", b"cut \\ud83d")
    client = await Rig(tmp_path, ScriptedUpstream(Answer([answer])), route(deployment())).chat()
    assert client.body == answer


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/completions"])
async def test_a_stream_is_cut_between_two(tmp_path: Path, path: str) -> None:
    """Both halves reach the client, which puts them together."""
    if path == "/v1/messages":
        answer, target = stream("A", "B"), None
        answer.pieces = [
            p.replace(b'"A"', b'"\\ud83d"').replace(b'"B"', b'"\\ude00"') if isinstance(p, bytes) else p
            for p in answer.pieces
        ]
    else:
        written = block_stream({"type": "text", "text": ""}, *({"type": "text_delta", "text": t} for t in "AB"))
        answer = Answer([written.replace(b'"A"', b'"\\ud83d"').replace(b'"B"', b'"\\ude00"')])
        target = CLAUDE
    rig = Rig(tmp_path, ScriptedUpstream(answer), route(deployment(target=target)))
    body = {"model": "m", "stream": True, "max_tokens": 9}
    body |= (
        {"input": "x"} if path == "/v1/responses" else {"prompt": "x", "messages": [{"role": "user", "content": "x"}]}
    )
    client = await rig.call(Client(body, path))
    assert client.status == 200 and rig.row["outcome"] == "ok"
    assert b"\\ud83d" in client.body and b"\\ude00" in client.body


@pytest.mark.parametrize("field", ["model", "user"])
async def test_a_name_holds_one(tmp_path: Path, field: str) -> None:
    rig = Rig(tmp_path, Recording(Answer([whole()])), route(deployment()))
    client = await rig.call(asking(**{field: HALF}))
    assert client.status == (404 if field == "model" else 200)
    assert rig.row["end_user" if field == "user" else "requested_model"] == "cut ?"


@pytest.mark.parametrize("number", ["NaN", "1e999", "9" * 5000])
async def test_a_number_that_is_none_is_refused(tmp_path: Path, number: str) -> None:
    body = json.dumps(chat_body(user=HALF, seed="SEED")).replace('"SEED"', number)
    client = await Rig(tmp_path, ScriptedUpstream(), route(deployment())).call(Client(body.encode()))
    assert client.status == 400 and client.error["code"] == "invalid_json"
