"""One request to a provider from the control plane: signed, past the proxy, through the guard for addresses.

It is neither metered nor billed by the gateway, since no key called.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from socket import SOCK_STREAM, getaddrinfo

import httpx
from django.conf import settings

from routing import encryption
from routing.addresses import refused_ip
from routing.models import ProviderAccount
from routing.providers.registry import KINDS, base_url_of, target_settings
from routing.signing.exchange import TokenExchange
from routing.signing.registry import EXCHANGES, SIGNERS
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError

SECONDS = 20.0
CONNECT_SECONDS = 5.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024

Received = tuple[int, Mapping[str, str], bytes]


@dataclass(frozen=True, slots=True)
class KeyedTarget:
    """A target with one of the account's keys, or none; ``problem`` says why that key cannot be used."""

    target: Target
    hint: str = ""
    problem: str = ""


def targets_of(provider: ProviderAccount, model: str = "") -> list[KeyedTarget]:
    """The account's target once for each of its keys; once without where it has none."""
    base_url = base_url_of(provider.kind, provider.base_url, provider.settings)
    told = target_settings(provider.kind, base_url, provider.settings)
    bare = Target(provider.kind, base_url, model, provider.headers, (), told)
    found = []
    for credential in provider.credentials.all():
        try:
            secret = encryption.decrypt(credential.encrypted)
        except encryption.DecryptionError as error:
            found.append(KeyedTarget(bare, credential.hint, str(error)))
        else:
            found.append(KeyedTarget(replace(bare, secrets=(secret,)), credential.hint))
    return found or [KeyedTarget(bare)]


def explain(error: UpstreamError, target: Target) -> str:
    """What went wrong, for people; without any secret."""
    if error.kind is ErrorKind.AUTH and error.status is not None:  # providers quote parts of the key here
        return f"The provider refuses the API key (status {error.status})."
    message = error.message
    for secret in target.secrets:
        message = message.replace(secret, "••••")
    return message if error.status is None else f"Status {error.status}: {message}"


def ask(outgoing: Outgoing, target: Target) -> Received:
    """Sign and send. Takes up to 20 seconds. Raises `UpstreamError`."""
    kind = KINDS[target.kind]
    if outgoing.answered is not None:
        return 200, {}, outgoing.answered
    if kind.answers_here is not None:  # no network
        answer = kind.answers_here(outgoing)
        return answer.status, answer.headers, b"".join(piece for _, piece in answer.pieces)
    if kind.signer in EXCHANGES:
        target = _with_token(EXCHANGES[kind.signer], target)
    SIGNERS[kind.signer](outgoing, target)
    return _send(outgoing, target)


def _with_token(exchange: TokenExchange, target: Target) -> Target:
    """The target with a token in the place of its secret, where that needs one."""
    request = exchange.request(target)
    if request is None:
        return target
    try:
        answer = httpx.post(
            request.url, content=request.body, headers={"Content-Type": request.content_type}, timeout=SECONDS,
            trust_env=False,
        )  # fmt: skip
    except httpx.HTTPError as error:
        raise _unreachable(type(error).__name__) from None
    if answer.status_code != 200:
        raise UpstreamError(ErrorKind.AUTH, "The token endpoint refused the credentials.", answer.status_code)
    return replace(target, secrets=(exchange.read(answer.content)[0],))


def _send(outgoing: Outgoing, target: Target) -> Received:
    """Send to each address of the host in turn until one accepts the connection."""
    url = httpx.URL(target.base_url + outgoing.path)
    headers = {"Content-Type": "application/json", **target.headers, **dict(outgoing.headers)}
    headers |= {"Host": url.netloc.decode(), "Accept-Encoding": "identity"}
    timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client:
        for address in _addresses(url):
            # The checked address itself, not its name again, which might resolve to something else by now.
            request = client.build_request(
                outgoing.method, url.copy_with(host=address), content=outgoing.body, headers=headers,
                extensions={"sni_hostname": url.host},
            )  # fmt: skip
            try:
                return _receive(client, request)
            except httpx.ConnectError:
                continue
            except httpx.TimeoutException:
                raise UpstreamError(ErrorKind.TIMEOUT, "The provider did not answer in time.") from None
            except httpx.HTTPError as error:
                raise _unreachable(type(error).__name__) from None
    raise _unreachable("connection refused or TLS failed")


def _receive(client: httpx.Client, request: httpx.Request) -> Received:
    deadline, content = time.monotonic() + SECONDS, b""
    response = client.send(request, stream=True)
    try:
        for piece in response.iter_bytes():
            content += piece
            if len(content) > MAX_ANSWER_BYTES:
                raise UpstreamError(ErrorKind.SERVER, "The provider's answer does not end.")
            if time.monotonic() > deadline:
                raise UpstreamError(ErrorKind.TIMEOUT, "The provider did not answer in time.")
    finally:
        response.close()
    return response.status_code, response.headers, content


def _addresses(url: httpx.URL) -> Iterator[str]:
    try:
        found = [str(info[4][0]) for info in getaddrinfo(url.host, url.port, type=SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise _unreachable("the host's name does not resolve") from None
    for address in found:
        if refusal := refused_ip(ip_address(address), allow_private=settings.ALLOW_PRIVATE_UPSTREAMS):
            raise UpstreamError(ErrorKind.CONNECTION, refusal)
        yield address


def _unreachable(why: str) -> UpstreamError:
    return UpstreamError(ErrorKind.CONNECTION, f"The provider could not be reached: {why}.")
