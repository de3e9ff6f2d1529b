"""Ports on the loopback interface that stay the same from one start to the next."""

import socket
from pathlib import Path

HOST = "127.0.0.1"


def remembered_port(file: Path) -> int:
    """The port noted in `file` if nobody has taken it meanwhile, else any free one, noted there."""
    wanted = int(file.read_text()) if file.exists() else 0
    port = _bound(HOST, wanted) or _bound(HOST, 0)
    if port is None:
        raise OSError("this machine has no free port left")
    file.write_text(str(port))
    return port


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    return _bound(host, port) is not None


def _bound(host: str, port: int) -> int | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return None
        number: int = probe.getsockname()[1]
        return number
