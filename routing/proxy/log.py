"""One JSON line a request on standard output, written in batches by a thread: a slow reader holds up nobody."""

import asyncio
import sys

from billing.dataplane.event import Request

FLUSH_SECONDS = 0.25
HELD_LINES = 20_000  # beyond it lines are dropped: the ledger has them all

# Every text in it is a slug or from a fixed list, so that nothing needs escaping.
_LINE = (
    '{"request_id":"%s","organization":"%s","endpoint":"%s","deployment":"%s","outcome":"%s","status":%d,'
    '"input_tokens":%d,"output_tokens":%d,"cost_nano":%d,"duration_ms":%d}\n'
)


class RequestLog:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._flushing = False

    def write(self, event: Request, organization: str, deployment: str) -> None:
        """Queue one line. Never waits."""
        if len(self._lines) < HELD_LINES:
            self._lines.append(_line(event, organization, deployment))
        if not self._flushing:
            self._flush_soon()

    def _flush_soon(self) -> None:
        self._flushing = True
        asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        writing = asyncio.get_running_loop().run_in_executor(None, _write, lines)
        writing.add_done_callback(self._written)

    def _written(self, writing: "asyncio.Future[None]") -> None:
        """Only now may the next batch go: a slow reader must not take up all threads and all memory."""
        self._flushing = False
        if writing.cancelled() or writing.exception() is not None:
            self._lines.clear()  # nobody reads any more
        elif self._lines:
            self._flush_soon()


def _line(event: Request, organization: str, deployment: str) -> str:
    names = event["request_id"], organization, event["endpoint"], deployment, event["outcome"]
    tokens = event["input_tokens"], event["output_tokens"]
    return _LINE % (*names, event["status"], *tokens, event["cost_nano"], event["duration_ms"])


def _write(lines: list[str]) -> None:
    sys.stdout.write("".join(lines))
    sys.stdout.flush()
