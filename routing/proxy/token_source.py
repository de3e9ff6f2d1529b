"""Tokens that providers give in exchange for a secret: kept until they end, and asked for once at a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256

from routing.signing.exchange import TokenExchange, TokenRequest
from routing.wire.contract import ErrorKind, Target, UpstreamError

MARGIN = 120.0  # seconds before its end at which a token is renewed
MOST_TOKENS = 10_000

# A POST; gives status and body. Raises `UpstreamError` (CONNECTION, TIMEOUT).
Post = Callable[[TokenRequest], Awaitable[tuple[int, bytes]]]


class TokenSource:
    """One worker's tokens, by the secret that they were given for."""

    def __init__(self, post: Post, clock: Callable[[], float] = time.monotonic) -> None:
        self._post, self._clock = post, clock
        self._tokens: dict[bytes, tuple[str, float]] = {}  # each with the moment until which it is used
        self._under_way: dict[bytes, asyncio.Task[str]] = {}

    async def exchanged(self, exchange: TokenExchange, target: Target) -> Target:
        """The target with a token in the place of its secret, where that needs one.

        Raises `UpstreamError` (AUTH, CONNECTION, TIMEOUT, OVERLOADED).
        """
        if not target.secrets:
            return target
        key = sha256(target.secrets[0].encode()).digest()
        held = self._tokens.get(key)
        if held is not None and held[1] > self._clock():
            return replace(target, secrets=(held[0],))
        request = None if key in self._under_way else exchange.request(target)
        if request is not None:
            task = self._under_way[key] = asyncio.create_task(self._fetch(key, exchange, request))
            task.add_done_callback(_heard)
        under_way = self._under_way.get(key)
        if under_way is None:
            return target
        # One who leaves must not take the token from the others who wait for it.
        return replace(target, secrets=(await asyncio.shield(under_way),))

    async def _fetch(self, key: bytes, exchange: TokenExchange, request: TokenRequest) -> str:
        try:
            status, body = await self._post(request)
            if status != 200:
                raise _refused(status)
            token, seconds = exchange.read(body)
            if len(self._tokens) >= MOST_TOKENS:
                self._tokens.clear()
            self._tokens[key] = token, self._clock() + seconds - MARGIN
            return token
        finally:
            del self._under_way[key]


def _heard(task: asyncio.Task[str]) -> None:
    """Take note of a failure that all who waited for it have left."""
    if not task.cancelled():
        task.exception()


def _refused(status: int) -> UpstreamError:
    """Nothing of the answer is told: it may quote what was sent."""
    if status == 429 or status >= 500:
        return UpstreamError(ErrorKind.OVERLOADED, "The provider's token endpoint is not available.", status)
    return UpstreamError(ErrorKind.AUTH, "The provider's token endpoint refused the credentials.", status)
