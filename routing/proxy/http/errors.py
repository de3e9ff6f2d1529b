"""What may go wrong between us and a server. Callers see the names; the texts may hold addresses."""


class HttpError(Exception):
    """A server that did not answer as HTTP/1.1 wants it."""


class ConnectTimeout(HttpError):
    """It could not be reached in time."""


class ConnectionClosed(HttpError):
    """It hung up in the middle."""


class NoAnswer(ConnectionClosed):
    """It hung up before it said anything."""


class MalformedAnswer(HttpError):
    """What it said is no HTTP."""
