"""One JSON line a request on standard output, written in batches by a thread: a slow reader holds up nobody."""

import asyncio
import sys

import orjson

from billing.dataplane.event import Event

FLUSH_SECONDS = 0.25
HELD_LINES = 20_000  # beyond it lines are dropped: the ledger has them all

_FIELDS = (
    "request_id", "organization", "key", "endpoint", "requested_model", "deployment", "stream", "outcome", "status",
    "error_code", "input_tokens", "output_tokens", "cost_nano", "duration_ms", "first_token_ms",
)  # fmt: skip


class RequestLog:
    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._flushing = False

    def write(self, event: Event) -> None:
        """Queue one line. Never waits."""
        if len(self._lines) < HELD_LINES:
            line = {name: event[name] for name in _FIELDS}  # type: ignore[literal-required]
            self._lines.append(orjson.dumps(line, default=str, option=orjson.OPT_APPEND_NEWLINE))
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        lines, self._lines, self._flushing = self._lines, [], False
        asyncio.get_running_loop().run_in_executor(None, _write, lines)


def _write(lines: list[bytes]) -> None:
    sys.stdout.buffer.write(b"".join(lines))
    sys.stdout.buffer.flush()
