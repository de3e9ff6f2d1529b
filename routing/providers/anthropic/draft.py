"""What is gathered while a request is put into Anthropic's words."""

import re
from dataclasses import dataclass, field

from routing.wire.contract import ErrorKind, UpstreamError

_NO_NAME = re.compile(r"[^a-zA-Z0-9_-]")
LONGEST_NAME = 128
FILES_BETA = "files-api-2025-04-14"


@dataclass(slots=True)
class Draft:
    """``warnings`` is the call's own list; the rest belongs to this attempt."""

    warnings: list[str]
    names: dict[str, str] = field(default_factory=dict)  # a tool's name as sent → as the caller has it
    betas: list[str] = field(default_factory=list)
    json_tool: bool = False  # the answer comes as the input of a tool

    def tool_name(self, name: str) -> str:
        """A name that Anthropic takes: others allow dots and colons."""
        sent = identifier(name)[:LONGEST_NAME]
        if sent != name:
            self.names[sent] = name
        return sent

    def warn(self, what: str) -> None:
        self.warnings.append(what)


def identifier(text: str) -> str:
    """With an underscore for whatever Anthropic refuses in names and ids; the same text gives the same."""
    return _NO_NAME.sub("_", text)


def bad(message: str, param: str) -> UpstreamError:
    """The request is at fault."""
    return UpstreamError(ErrorKind.BAD_REQUEST, message, 400, param=param)


def unsupported(message: str, param: str) -> UpstreamError:
    """This provider cannot; another may."""
    return UpstreamError(ErrorKind.UNSUPPORTED, message, 400, param=param)
