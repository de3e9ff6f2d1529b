"""A call in the internal form → OpenAI's request. They are the same shape, so every field travels on untouched."""

import orjson

from routing.wire.contract import Call, ErrorKind, Json, Outgoing, Target, UpstreamError

# They refuse to be asked for the usage of a stream, and say it all the same.
# https://github.com/openai/openai-agents-python/issues/442
SAY_USAGE_UNASKED = ("https://api.mistral.ai/",)
PATHS = {"chat": "/chat/completions", "embeddings": "/embeddings"}


def build(call: Call, target: Target) -> Outgoing:
    """The caller's fields with the provider's model name; a stream is asked to end with its usage.

    Raises `UpstreamError` (BAD_REQUEST).
    """
    body: Json = {**call.body, "model": target.model}
    if call.stream and target.base_url.startswith(SAY_USAGE_UNASKED):
        body.pop("stream_options", None)
    elif call.stream:
        options = body.get("stream_options")
        body["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    try:
        return Outgoing(PATHS[call.endpoint], orjson.dumps(body))
    except orjson.JSONEncodeError:  # it reads deeper than it writes
        raise UpstreamError(ErrorKind.BAD_REQUEST, "The body is nested too deeply.", 400) from None
