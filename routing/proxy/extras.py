"""What a caller says to the provider beyond its own dialect: `extra_body`, `extra_headers`, and headers of its request.

OpenAI's SDKs spread `extra_body` over the body, and `extra_headers` over the headers, before they send. Where a body
holds these names themselves, as LiteLLM's callers write them, the same is done here. What the account's settings
`forward_headers` and `forward_fields` list goes on to the provider; other headers stay here, with a warning.
"""

import re
from typing import Any

from routing.providers.settings import FORWARD_HEADERS
from routing.proxy.exchange import Exchange
from routing.proxy.snapshot import DeploymentRecord
from routing.wire import json_text
from routing.wire.contract import Adapter, Json, Outgoing
from routing.wire.failure import bad_request

# Google's OpenAI-compatible API wants its fields in the body's own `extra_body.google`.
# https://ai.google.dev/gemini-api/docs/openai#extra-body
_STAYS = "google"
_NOT_SAID = ("extra_body", "extra_headers")


def spread(data: Json) -> tuple[Json, dict[str, str]]:
    """The body as an SDK would have sent it, and the headers by lower-case name. Raises `GatewayError` (400)."""
    extra = data.get("extra_body")
    if not isinstance(extra, dict | None):
        raise bad_request("'extra_body' must be an object of fields.", "extra_body")
    fields = dict(extra or {})
    stays = {"extra_body": {_STAYS: fields.pop(_STAYS)}} if _STAYS in fields else {}
    body = {name: value for name, value in data.items() if name not in _NOT_SAID}
    return {**body, **fields, **stays}, _headers(data.get("extra_headers"))


def _headers(given: Any) -> dict[str, str]:
    if not isinstance(given, dict | None):
        raise bad_request("'extra_headers' must be an object of texts.", "extra_headers")
    headers = {}
    for name, value in (given or {}).items():
        where = f"extra_headers.{name}"
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise bad_request(f"'{where}' must be a text of visible characters.", where)
        refusal = FORWARD_HEADERS.refusal(name)
        if refusal and name.lower() not in ("anthropic-beta", "anthropic-version", "openai-beta"):
            raise bad_request(f"'{where}' is no header that can be sent on.", where)
        headers[name.lower()] = value
    return headers


def add_extras(exchange: Exchange, deployment: DeploymentRecord, outgoing: Outgoing, adapter: Adapter) -> None:
    """Add to a request, still unsigned, what its caller wants and the account's settings allow."""
    headers, fields = deployment.forwards or ((), ())
    _add_headers(exchange, deployment, outgoing, headers)
    call = exchange.call
    assert call is not None
    wanted = {name: call.body[name] for name in fields if name in call.body}
    if wanted and adapter.dialect != call.dialect and outgoing.body:
        outgoing.body = json_text.write({**json_text.read(outgoing.body), **wanted})
        gone = re.compile(f"'?({'|'.join(map(re.escape, wanted))})'? was left out")
        call.warnings[:] = [warning for warning in call.warnings if not gone.match(warning)]


def _add_headers(
    exchange: Exchange, deployment: DeploymentRecord, outgoing: Outgoing, allowed: tuple[str, ...]
) -> None:
    """The adapter's headers and the account's are never overwritten."""
    extra, call = exchange.extra_headers or {}, exchange.call
    assert call is not None
    said = {name.lower() for name in (*deployment.target.headers, *(name for name, _ in outgoing.headers))}
    for name in allowed:
        sent = exchange.headers.get(name.encode())
        value = extra.get(name) or (sent and sent.decode("latin-1"))
        if value and name not in said:
            outgoing.headers.append((name, value))
    call.warnings += [
        f"'extra_headers.{name}' was left out: {deployment.provider} does not forward it."
        for name in extra
        if name not in allowed and name not in call.headers
    ]
