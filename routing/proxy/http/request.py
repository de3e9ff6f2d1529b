"""What goes out: where to, and the bytes of a request's head."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

_PORTS = {"http": 80, "https": 443}
_NO_NAME = re.compile(r"[^-!#$%&'*+.^_`|~0-9A-Za-z]")  # https://www.rfc-editor.org/rfc/rfc9110#name-tokens
_NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_USUAL = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "user-agent": "gateway-platform",
    "content-type": "application/json",
}


class Origin(NamedTuple):
    """A server, as connections to it are kept."""

    tls: bool
    host: str
    port: int


class Place(NamedTuple):
    """An address taken apart."""

    origin: Origin
    authority: str  # for the `host` header
    target: str  # path and query


@lru_cache(maxsize=4096)
def place(url: str) -> Place:
    """Raises ValueError. The path goes out as it was written, percent signs and all: that is what was signed."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("not the address of a server")
    host = _ascii(parts.hostname)
    usual = _PORTS[parts.scheme]
    port = parts.port or usual
    name = f"[{host}]" if ":" in host else host
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._[]")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._[]?")
    return Place(Origin(usual == 443, host, port), name if port == usual else f"{name}:{port}", target)


def head(method: str, where: Place, headers: Iterable[tuple[str, str]], length: int) -> bytes:
    """A request's head. A header given twice goes out as given last. Raises ValueError for one that is none."""
    sent = {"host": where.authority, **_USUAL}
    for name, value in headers:
        sent[name.lower()] = value
    if length or method != "GET":
        sent["content-length"] = str(length)
    if _NO_NAME.search("".join(sent)) or _NO_VALUE.search("".join(sent.values())) or "" in sent:
        raise ValueError("not a header")
    lines = "\r\n".join([f"{name}: {value}" for name, value in sent.items()])
    return f"{method} {where.target} HTTP/1.1\r\n{lines}\r\n\r\n".encode("latin-1")


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode()
