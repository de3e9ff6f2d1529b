"""What a request to Cohere or Ollama asks, read by code that shares nothing with the product."""

from tests.conformance import asked
from tests.conformance.asked import Asked
from tests.conformance.meaning import Json


def of_cohere(body: Json) -> Asked:
    knobs = {**body, "top_p": body.get("p")}
    found = asked.of_chat({**knobs, "tool_choice": None})
    found.format = (body.get("response_format") or {}).get("json_schema")
    found.must_call, found.no_call = body.get("tool_choice") == "REQUIRED", body.get("tool_choice") == "NONE"
    return found


def of_ollama(body: Json) -> Asked:
    options = body.get("options") or {}
    found = asked.of_chat({**options, **body, "max_tokens": options.get("num_predict")})
    found.media = sum(len(message.get("images") or []) for message in body.get("messages") or [])
    found.said += [body["prompt"]] if body.get("prompt") else []
    found.format = body.get("format")
    return found


READERS = {**asked.READERS, "cohere_chat": of_cohere, "ollama": of_ollama}
