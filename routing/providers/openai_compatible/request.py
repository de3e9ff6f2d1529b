"""A call → OpenAI's request: the caller's own where it speaks that dialect, else written from the internal form."""

from routing.providers.openai_compatible.translated import translated
from routing.wire import json_text
from routing.wire.contract import Call, ErrorKind, Json, Outgoing, Target, UpstreamError

PATHS = {"chat": "/chat/completions", "embeddings": "/embeddings", "moderations": "/moderations"}


def build(call: Call, target: Target, dialect: str, path: str = "") -> Outgoing:
    """The caller's fields with the provider's model name; a stream is asked to end with its usage.

    Raises `UpstreamError` (BAD_REQUEST, UNSUPPORTED).
    """
    body: Json = {**(call.body if call.dialect == dialect else translated(call, target)), "model": target.model}
    if call.stream and target.settings.get("usage") == "unasked":
        body.pop("stream_options", None)
    elif call.stream:
        options = body.get("stream_options")
        body["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    try:
        return Outgoing(path or PATHS[call.operation], json_text.write(body))
    except json_text.InvalidJson:  # it reads deeper than it writes
        raise UpstreamError(ErrorKind.BAD_REQUEST, "The body is nested too deeply.", 400) from None
