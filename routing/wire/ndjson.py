"""Lines of JSON, decoded from bytes that may be cut anywhere. https://github.com/ndjson/ndjson-spec"""

from routing.wire.contract import ErrorKind, UpstreamError

LONGEST_LINE = 64 * 1024 * 1024  # bytes; one without an end must not fill the memory


class LineDecoder:
    """Turns bytes into lines, in linear time. Empty ones are passed over."""

    __slots__ = ("_held", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []  # of a line whose end has not come yet
        self._held = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that these bytes complete. Raises `UpstreamError` for one that is too long."""
        first, *rest = data.split(b"\n")
        self._pieces.append(first)
        self._held += len(first)
        if self._held > LONGEST_LINE:
            raise UpstreamError(ErrorKind.SERVER, "The provider sent a line that does not end.", 200)
        if not rest:
            return []
        lines = [b"".join(self._pieces), *rest[:-1]]
        self._pieces, self._held = [rest[-1]], len(rest[-1])
        return [line for line in lines if line.strip()]
