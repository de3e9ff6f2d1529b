"""An address that takes no connections: neither refused nor accepted, so that connecting hangs."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

MORE_THAN_THE_BACKLOG = 8


@contextmanager
def unreachable_url() -> Iterator[str]:
    """The base URL of a listener whose queue is full: the kernel drops every further attempt to connect."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(MORE_THAN_THE_BACKLOG):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
