"""A request to Bedrock while it is being written."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from routing.providers.bedrock.model import Model
from routing.wire.contract import ErrorKind, UpstreamError

EMPTY = "(empty)"  # blank text is refused; a message without any as well
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")
_NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_.:-]")
LONGEST_NAME = 64  # characters; of ids too


@dataclass(slots=True)
class Draft:
    """What must be remembered from one part of a request to the next, and for its answer."""

    model: Model
    warnings: list[str]
    documents: set[str] = field(default_factory=set)  # their names so far: each must be another
    tools: dict[str, str] = field(default_factory=dict)  # names as they were sent → the caller's
    json_tool: str = ""  # the tool whose call is the answer, where a schema had to be dressed as one

    def warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def tool_name(self, name: str) -> str:
        """A name that Bedrock takes: letters, digits, `_` and `-`, at most 64 of them."""
        sent = _fitted(_NOT_IN_NAMES.sub("_", name) or "_")
        self.tools[sent] = name
        return sent


def tool_id(name: Any) -> str:
    """An id that Bedrock takes; the same for a call and its result."""
    return _fitted(_NOT_IN_IDS.sub("_", str(name)) or "_")


def _fitted(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    told_apart = sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]
    return f"{name[:47]}_{told_apart}"


def refused(message: str, param: str) -> UpstreamError:
    """Bedrock cannot be told this; another provider may."""
    return UpstreamError(ErrorKind.UNSUPPORTED, message, param=param)


def bad(message: str, param: str) -> UpstreamError:
    """Nobody could make sense of this."""
    return UpstreamError(ErrorKind.BAD_REQUEST, message, 400, param=param)
