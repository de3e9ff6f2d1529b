"""The data plane as one ASGI callable: paths, methods, and who may see which models."""

from pathlib import Path
from typing import Any

import pytest

from routing.proxy.app import Proxy, is_proxied
from routing.proxy.snapshot import RouteRecord, TenantSnapshot
from tenants.dataplane.keys import KeysUnavailable
from tests.clock import jumping
from tests.routing.proxy.parts import KEY, Client, Rig, ScriptedUpstream, deployment, failure, route


@pytest.mark.parametrize(
    ("path", "proxied"),
    [("/v1/chat/completions", True), ("/v1/", True), ("/healthz", True), ("/readyz", True), ("/metrics", True),
     ("/api/hello", True), ("/v1", False), ("/", False), ("/v10/x", False), ("/api/v1/keys/", False),
     ("/healthz/", False)],
)  # fmt: skip
def test_paths(path: str, proxied: bool) -> None:
    assert is_proxied(path) is proxied


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/chat/completions", "/v1/models", "/metrics"])
@jumping
async def test_before_the_start_everything_is_unavailable(path: str) -> None:
    client = Client({}, path)
    await Proxy()(client.scope, client.receive, client.send)
    assert client.status == 503


@jumping
async def test_a_worker_is_alive_before_it_is_ready(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream())
    rig.plane.is_ready = lambda: False
    assert (await rig.call(Client({}, "/healthz"))).status == 200
    assert (await rig.call(Client({}, "/readyz"))).status == 503


@jumping
async def test_the_model_list_is_what_the_key_may_call(tmp_path: Path) -> None:
    routes = [RouteRecord(name, "priority", ((deployment(name), 1.0),)) for name in ("fast", "gpt-x", "slow")]
    rig = Rig(tmp_path, ScriptedUpstream(), *routes, routes=("fast", "gpt-*"))

    client = await rig.call(Client(b"", "/v1/models", "GET"))

    assert [card["id"] for card in client.json["data"]] == ["fast", "gpt-x"]
    assert client.json["data"][0] == {"id": "fast", "object": "model", "created": 0, "owned_by": "provider"}
    assert (await rig.call(Client(b"", "/v1/models/gpt-x", "GET"))).json["id"] == "gpt-x"
    assert (await rig.call(Client(b"", "/v1/models/slow", "GET"))).status == 403
    assert rig.rows == []  # no model was called


@jumping
async def test_anthropic_s_callers_get_the_list_in_anthropic_s_words(tmp_path: Path) -> None:
    routes = [RouteRecord(name, "priority", ((deployment(name), 1.0),)) for name in ("claude-fast", "claude-slow")]
    rig = Rig(tmp_path, ScriptedUpstream(), *routes, routes=("claude-*",))

    def ask(path: str) -> Client:
        client = Client(b"", path, "GET")
        client.scope["headers"].append((b"anthropic-version", b"2023-06-01"))
        return client

    page = (await rig.call(ask("/v1/models"))).json

    assert [(card["type"], card["id"]) for card in page["data"]] == [("model", "claude-fast"), ("model", "claude-slow")]
    assert (page["has_more"], page["first_id"], page["last_id"]) == (False, "claude-fast", "claude-slow")
    card = (await rig.call(ask("/v1/models/claude-slow"))).json
    assert card == page["data"][1]
    unknown = await rig.call(ask("/v1/models/claude-none"))
    assert (unknown.status, unknown.json["type"], unknown.error["type"]) == (404, "error", "not_found_error")


@pytest.mark.parametrize("method", ["HEAD", "GET"])
@jumping
async def test_claude_code_s_first_request_is_answered_without_a_key(tmp_path: Path, method: str) -> None:
    assert (await Rig(tmp_path, ScriptedUpstream()).call(Client(b"", "/api/hello", method))).status == 200


@jumping
async def test_a_model_with_a_slash_has_a_card(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(), RouteRecord("main/llama-3", "priority", ((deployment(), 1.0),)))
    assert (await rig.call(Client(b"", "/v1/models/main/llama-3", "GET"))).json["id"] == "main/llama-3"


@jumping
async def test_a_key_for_other_endpoints_sees_no_models(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(), route(deployment()), endpoints=frozenset({"chat"}))
    assert (await rig.call(Client(b"", "/v1/models", "GET"))).status == 403


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"blocked": True}, 403, "key_blocked"),
        ({"expires_at": 1.0}, 401, "key_expired"),
        ({"routes": ()}, 403, "model_not_allowed"),
        ({"endpoints": frozenset()}, 403, "endpoint_not_allowed"),
        ({"kind": "test"}, 403, "test_key"),
    ],
)
@jumping
async def test_a_key_that_may_not_is_refused_and_its_row_says_why(
    tmp_path: Path, fields: dict[str, Any], status: int, code: str
) -> None:
    upstream = ScriptedUpstream()
    rig = Rig(tmp_path, upstream, route(deployment()), **fields)

    client = await rig.chat()

    assert (client.status, client.error["code"]) == (status, code)
    assert (rig.row["outcome"], rig.row["error_code"], rig.row["cost_nano"]) == ("error", code, 0)
    assert upstream.calls == []


# B15
@jumping
async def test_an_unknown_key_is_shown_masked_and_leaves_no_row(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(), route(deployment()))
    client = Client({"model": "m", "messages": []})
    client.scope["headers"] = [(b"authorization", b"Bearer sk-of-somebody-else-0123456789")]
    await rig.call(client)
    assert client.status == 401
    assert client.error["message"] == "Incorrect API key provided: sk-of-so…6789."
    assert rig.rows == []


# B11: never "unknown" because nobody could be asked
@pytest.mark.parametrize("what", ["keys", "tenants"])
@jumping
async def test_without_the_database_an_unread_key_is_a_503(tmp_path: Path, what: str) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(), route(deployment()))

    async def unavailable(_: object) -> TenantSnapshot | None:
        raise KeysUnavailable

    getattr(rig.plane, what)._load = unavailable
    client = await rig.chat()
    assert (client.status, client.headers["retry-after"]) == (503, "1")
    assert client.error["code"] == "key_check_unavailable"


@jumping
async def test_a_key_whose_organisation_is_gone_is_unknown(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(), route(deployment()))

    async def nothing(_: object) -> TenantSnapshot | None:
        return None

    rig.plane.tenants._load = nothing
    client = await rig.chat()
    assert client.status == 401
    assert KEY not in client.body.decode()


@jumping
async def test_an_error_names_its_request(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(failure(500)), route(deployment()))
    client = await rig.chat()
    assert client.headers["x-request-id"] == client.error["request_id"] == rig.row["request_id"]
