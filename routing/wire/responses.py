"""What the Responses API says, in words that its client dialect and its provider adapter share.

https://platform.openai.com/docs/api-reference/responses
"""

import base64
import binascii
import secrets
from typing import Any

from routing.wire import json_text
from routing.wire.contract import Json

DIALECT = "openai_responses"
# How a chat's finish and a response's `incomplete_details.reason` name the same.
FINISH_OF_REASON = {"max_output_tokens": "length", "content_filter": "content_filter"}
REASON_OF_FINISH = {finish: reason for reason, finish in FINISH_OF_REASON.items()}
# Events after which nothing comes.
ENDINGS = frozenset({"response.completed", "response.incomplete"})
# What other dialects carry of a reasoning item in the signature of a thinking block: "openai.<id>.<encrypted_content>".
OPENAI_SIGNATURE = "openai."
_OURS = "gw1."


def new_id(prefix: str) -> str:
    """An id that nobody guesses: "resp_…", "msg_…"."""
    return f"{prefix}_{secrets.token_hex(24)}"


def seal(thoughts: Json) -> str:
    """What other providers want back with their thoughts, as a reasoning item's `encrypted_content`.

    It is signed by those providers where that matters; here it is only packed.
    """
    return _OURS + base64.b64encode(json_text.write(thoughts)).decode()


def unseal(encrypted: Any) -> Json | None:
    """What `seal` packed; None for what OpenAI has encrypted, or anything else."""
    if not is_sealed(encrypted):
        return None
    try:
        thoughts = json_text.read(base64.b64decode(encrypted[len(_OURS) :], validate=True))
    except (binascii.Error, ValueError):
        return None
    return thoughts if isinstance(thoughts, dict) else None


def is_sealed(encrypted: Any) -> bool:
    return isinstance(encrypted, str) and encrypted.startswith(_OURS)


def as_arguments(text: str) -> str:
    """What a custom tool was called with, as the arguments of the function that stands for it in a chat."""
    return json_text.write({"input": text}).decode()


def objects(value: Any) -> list[Json]:
    """The dictionaries of a list; whatever else comes is passed over."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def signature_of(item: Json) -> str:
    """A reasoning item's encrypted thoughts as a thinking block of other dialects carries them."""
    return f"{OPENAI_SIGNATURE}{item.get('id') or ''}.{item['encrypted_content']}"


def signed_item(block: Json) -> Json | None:
    """The reasoning item that a thinking block was; None for one of another provider."""
    signature = block.get("signature")
    if not isinstance(signature, str) or not signature.startswith(OPENAI_SIGNATURE):
        return None
    item_id, _, encrypted = signature[len(OPENAI_SIGNATURE) :].partition(".")
    text = block.get("thinking")
    summary = [{"type": "summary_text", "text": text}] if isinstance(text, str) and text else []
    item = {"type": "reasoning", "summary": summary, "encrypted_content": encrypted}
    return {"id": item_id, **item} if item_id else item
