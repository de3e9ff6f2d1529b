"""Other providers' signed thoughts, as Google's callers carry them: in the `thoughtSignature` of a thought part.

Google's SDKs take only base64 there, so the signature of another provider's block goes wrapped in it.
"""

import base64
import binascii

from routing.wire import json_text
from routing.wire.contract import Json
from routing.wire.gemini import untagged_signature

_MARK = b"thinking-block:"


def signature_of(block: Json) -> str | None:
    """What a thinking block's thought part is signed with; None if it has nothing to sign with."""
    own = untagged_signature(block.get("signature"))
    if own is not None:
        return own[1]
    kept = {name: value for name, value in block.items() if name not in ("thinking", "index")}
    if not (kept.get("signature") or kept.get("data")):
        return None
    return base64.b64encode(_MARK + json_text.write(kept)).decode()


def block_in(signature: str) -> Json | None:
    """The block that was wrapped so, its thoughts left out; None if it is Google's own signature."""
    try:
        wrapped = base64.b64decode(signature, validate=True)
        block = json_text.read(wrapped.removeprefix(_MARK)) if wrapped.startswith(_MARK) else None
    except (binascii.Error, ValueError):
        return None
    return block if isinstance(block, dict) and block.get("type") in ("thinking", "redacted_thinking") else None
