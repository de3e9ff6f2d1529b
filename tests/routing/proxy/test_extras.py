"""What goes to the provider beyond the dialect: extra_body, extra_headers, and the caller's own headers."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from routing.wire.contract import Headers, Outgoing, Target
from tests.clock import jumping
from tests.routing.proxy.parts import Answer, Client, Rig, ScriptedUpstream, chat_body, deployment, route, whole

LISTED = {"forward_headers": "X-Trace, x-feature", "forward_fields": "top_a, container"}


class Listening(ScriptedUpstream):
    """Remembers the headers, too."""

    headers: Headers

    async def send(self, outgoing: Outgoing, target: Target, connect: float) -> Answer:
        self.headers = outgoing.headers
        return await super().send(outgoing, target, connect)


def _rig(directory: Path, kind: str = "openai_compatible", settings: dict[str, str] | None = None) -> Rig:
    target = Target(kind, "http://p.example/v1", "m1", {"x-feature": "the account's"}, ("sk-secret",), settings or {})
    body = {"id": "m", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hi"}],
            "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
    answer = orjson.dumps(body) if kind == "anthropic" else whole()
    return Rig(directory, Listening(Answer([answer])), route(deployment(target=target)))


async def _sent(
    rig: Rig, *headers: tuple[bytes, bytes], **fields: Any
) -> tuple[Client, dict[str, Any], dict[str, str]]:
    client = Client(chat_body(**fields))
    client.scope["headers"] += headers
    await rig.call(client)
    upstream: Any = rig.plane.upstream
    return client, upstream.calls[0][1] if upstream.calls else {}, dict(getattr(upstream, "headers", []))


@jumping
async def test_extra_body_is_spread_over_the_body(tmp_path: Path) -> None:
    client, body, _ = await _sent(_rig(tmp_path), extra_body={"top_k": 5, "temperature": 0.5}, temperature=1)
    assert (client.status, body["top_k"], body["temperature"], "extra_body" in body) == (200, 5, 0.5, False)


@jumping
async def test_googles_own_extra_body_stays_where_google_looks_for_it(tmp_path: Path) -> None:
    google = {"thinking_config": {"include_thoughts": True}}
    _, body, _ = await _sent(_rig(tmp_path), extra_body={"google": google, "seed": 1})
    assert (body["extra_body"], body["seed"]) == ({"google": google}, 1)


# B40
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"extra_body": [1]}, "extra_body"),
        ({"extra_body": {"model": 7}}, "model"),  # as if the caller had sent it so
        ({"extra_headers": "x"}, "extra_headers"),
        ({"extra_headers": {"X-A": 1}}, "extra_headers.X-A"),
        ({"extra_headers": {"X-A": "a\r\nb: c"}}, "extra_headers.X-A"),
        ({"extra_headers": {"Authorization": "Bearer x"}}, "extra_headers.Authorization"),
        ({"extra_headers": {"x-api-key": "x"}}, "extra_headers.x-api-key"),
        ({"extra_headers": {"a b": "x"}}, "extra_headers.a b"),
    ],
)
@jumping
async def test_what_cannot_be_sent_is_refused_by_name(tmp_path: Path, fields: dict[str, Any], param: str) -> None:
    client, body, _ = await _sent(_rig(tmp_path, settings=LISTED), **fields)
    assert (client.status, client.error["param"], body) == (400, param, {})


@jumping
async def test_listed_headers_go_on(tmp_path: Path) -> None:
    rig = _rig(tmp_path, settings=LISTED)
    headers = [(b"x-trace", b"t1"), (b"x-feature", b"the caller's"), (b"x-other", b"1"), (b"cookie", b"c=1")]
    _, _, sent = await _sent(rig, *headers)
    assert sent["x-trace"] == "t1"
    assert not {"x-other", "cookie", "x-feature", "authorization"} & set(sent)  # the account's own x-feature stays


@jumping
async def test_extra_headers_go_on_where_they_are_listed(tmp_path: Path) -> None:
    client, body, sent = await _sent(_rig(tmp_path, settings=LISTED), extra_headers={"X-Trace": "t1", "X-Else": "e"})
    assert (sent["x-trace"], "extra_headers" in body, "x-else" in sent) == ("t1", False, False)
    assert client.headers["x-gateway-warning"] == "'extra_headers.x-else' was left out: provider does not forward it."


@jumping
async def test_nothing_goes_on_by_itself(tmp_path: Path) -> None:
    _, _, sent = await _sent(_rig(tmp_path), (b"x-trace", b"t1"))
    assert "x-trace" not in sent


@jumping
async def test_a_beta_in_extra_headers_is_one_in_the_headers(tmp_path: Path) -> None:
    client, _, sent = await _sent(
        _rig(tmp_path, "anthropic"), extra_headers={"anthropic-beta": "context-1m-2025-08-07"}
    )
    assert (client.status, sent["anthropic-beta"]) == (200, "context-1m-2025-08-07")


@jumping
async def test_listed_fields_survive_a_translation(tmp_path: Path) -> None:
    rig = _rig(tmp_path, "anthropic", LISTED)
    client, body, _ = await _sent(rig, extra_body={"container": "c1"}, top_a=0.5, unheard_of=1)
    assert (client.status, body["container"], body["top_a"]) == (200, "c1", 0.5)
    assert "unheard_of" not in body
    warning = client.headers["x-gateway-warning"]
    assert "unheard_of" in warning
    assert "container" not in warning
    assert "top_a" not in warning
