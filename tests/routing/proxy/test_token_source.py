"""Tokens: asked for once, kept until they end, and never in the way of each other."""

import asyncio

import pytest

from routing.proxy.token_source import TokenSource
from routing.signing.exchange import TokenExchange, TokenRequest
from routing.wire.contract import ErrorKind, Target, UpstreamError


class Endpoint:
    """A token endpoint that counts, and answers once it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.now = 1000.0
        self.status = 200
        self.open = asyncio.Event()
        self.open.set()

    async def post(self, request: TokenRequest) -> tuple[int, bytes]:
        self.asked += 1
        number = self.asked
        await self.open.wait()
        return self.status, b"token-%d" % number

    def source(self) -> TokenSource:
        return TokenSource(self.post, lambda: self.now)


EXCHANGE = TokenExchange(
    lambda target: None if target.secrets[0] == "key" else TokenRequest("https://token.example", b""),
    lambda body: (body.decode(), 3600.0),
)


def target(*secrets: str) -> Target:
    return Target("vertex", "https://provider.example", "m", secrets=secrets)


async def token(source: TokenSource, account: str = "account") -> str:
    return (await source.exchanged(EXCHANGE, target(account))).secrets[0]


async def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    endpoint = Endpoint()
    source = endpoint.source()
    assert [await token(source), await token(source)] == ["token-1", "token-1"]
    endpoint.now += 3600 - 119
    assert await token(source) == "token-2"


async def test_each_secret_has_its_own() -> None:
    source = Endpoint().source()
    assert [await token(source, "a"), await token(source, "b"), await token(source, "a")] == [
        "token-1",
        "token-2",
        "token-1",
    ]


async def test_many_at_once_share_one_exchange() -> None:
    endpoint = Endpoint()
    endpoint.open.clear()
    source = endpoint.source()
    waiting = [asyncio.create_task(token(source)) for _ in range(20)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # the first leaves; the others still get theirs
    await asyncio.sleep(0)
    endpoint.open.set()
    assert await asyncio.gather(*waiting[1:]) == ["token-1"] * 19
    assert endpoint.asked == 1


async def test_what_needs_no_exchange_stays_as_it_is() -> None:
    endpoint = Endpoint()
    assert await token(endpoint.source(), "key") == "key"
    assert (await endpoint.source().exchanged(EXCHANGE, target())).secrets == ()
    assert endpoint.asked == 0


@pytest.mark.parametrize(
    ("status", "kind"), [(400, ErrorKind.AUTH), (401, ErrorKind.AUTH), (503, ErrorKind.OVERLOADED)]
)
async def test_a_refusal_is_not_kept_and_tells_nothing_of_the_answer(status: int, kind: ErrorKind) -> None:
    endpoint = Endpoint()
    endpoint.status = status
    source = endpoint.source()
    with pytest.raises(UpstreamError) as caught:
        await token(source)
    assert caught.value.kind is kind and "token-1" not in caught.value.message
    endpoint.status = 200
    assert await token(source) == "token-2"
