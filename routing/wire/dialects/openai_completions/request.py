"""A completions request → the internal form: the prompt becomes what a user says.

https://platform.openai.com/docs/api-reference/completions/create
"""

from routing.wire.contract import Json
from routing.wire.failure import bad_request

_SAME = (
    "model", "stream", "temperature", "top_p", "n", "stop", "seed", "user", "frequency_penalty", "presence_penalty",
    "logit_bias", "max_tokens", "top_k", "service_tier", "sandbox",
)  # fmt: skip
_READ = {"prompt", "logprobs", "stream_options", "best_of"}
# What a chat cannot say.
_REFUSED = {
    "echo": "'echo' cannot be had from this model: it answers as a chat.",
    "suffix": "'suffix' cannot be had from this model: it answers as a chat.",
    "logprobs": "'logprobs' cannot be had from this model: it answers as a chat.",
}


def to_chat(body: Json) -> Json:
    """The internal form. Raises `GatewayError` (400) for what cannot be understood or said."""
    for name, why in _REFUSED.items():
        if body.get(name) not in (None, False, ""):
            raise bad_request(why, name)
    if (body.get("best_of") or 1) != (body.get("n") or 1):
        raise bad_request("'best_of' cannot be had from this model: it answers as a chat.", "best_of")
    chat: Json = {name: body[name] for name in _SAME if body.get(name) is not None}
    chat.setdefault("max_tokens", 16)  # this API's own default
    chat["messages"] = [{"role": "user", "content": _prompt(body)}]
    known = {*_SAME, *_READ, *_REFUSED}
    chat["warnings"] = [f"'{name}' was left out." for name in body if name not in known and body[name] is not None]
    return chat


def _prompt(body: Json) -> str:
    prompt = body.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise bad_request("'prompt' must be one text: this model answers as a chat.", "prompt")
    return prompt
