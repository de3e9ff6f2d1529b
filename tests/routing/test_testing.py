"""The "test" button: against the sandbox, and against providers that misbehave."""

from collections.abc import Callable
from socket import create_server
from typing import Any

import pytest

from routing import asking, testing
from routing.models import Credential, Deployment
from routing.providers.registry import KINDS
from routing.services import create_deployment, create_provider
from tenants.models import Organization
from tests.routing.provider_server import Provider, provider
from tests.upstream.handle import Upstream

__all__ = ["provider"]  # a fixture
SECRET = "sk-0123456789abcdef"
Check = Callable[..., testing.CheckResult]


@pytest.fixture
def check(organization: Organization) -> Check:
    """Make a deployment of a model at an address, and test it."""

    def check_model(base_url: str, model: str = "fake-model", kind: str = "openai_compatible") -> testing.CheckResult:
        provider = create_provider(
            actor=None, organization=organization, name="p", kind=kind, base_url=base_url, api_keys=[SECRET]
        )
        deployment = create_deployment(actor=None, organization=organization, provider=provider, name="d", model=model)
        return testing.test_deployment(deployment)

    return check_model


def test_a_working_chat_model_is_asked_for_one_token(check: Check, upstream: Upstream) -> None:
    site = upstream.site("ok")
    result = check(site.base_url)
    assert (result.ok, result.message) == (True, "fake-model answered.")
    assert 0 <= result.latency_ms < 20_000
    [request] = site.requests
    assert (request["method"], request["path"].endswith("/chat/completions")) == ("POST", True)
    assert (request["body"]["model"], request["body"]["max_tokens"]) == ("fake-model", 1)
    assert request["headers"]["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("model", ["text-embedding-3-small", "BAAI/bge-m3", "nomic-embed-text"])
def test_an_embedding_model_is_asked_for_an_embedding(check: Check, upstream: Upstream, model: str) -> None:
    site = upstream.site("ok")
    assert check(site.base_url, model).ok
    assert site.requests[0]["path"].endswith("/embeddings")


@pytest.mark.parametrize("model", ["sandbox-small", "sandbox-embeddings"])
def test_the_sandbox_answers_without_network(check: Check, model: str) -> None:
    assert check("", model, kind="sandbox").ok


def test_a_reasoning_model_is_asked_in_its_own_words(check: Check, provider: Callable[..., Provider]) -> None:
    def answer(body: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
        if "max_tokens" in body:
            return 400, {}, {"error": {"message": "Use 'max_completion_tokens' instead.", "param": "max_tokens"}}
        return 200, {}, {"choices": [{"message": {"role": "assistant", "content": ""}}]}

    running = provider(answer)
    assert check(running.base_url).ok
    assert [body.get("max_completion_tokens") for body in running.bodies] == [None, 16]


@pytest.mark.parametrize(
    ("scenario", "begins"),
    [
        ("status-401", "The provider refuses the API key (status 401)."),
        ("status-404", "Status 404: "),
        ("status-429", "Status 429: "),
        ("status-500", "Status 500: "),
        ("error-event-first", ""),
        ("cut-after-1", "The provider could not be reached: "),
    ],
)
def test_what_goes_wrong_is_said(check: Check, upstream: Upstream, scenario: str, begins: str) -> None:
    result = check(upstream.site(scenario).base_url)
    assert not result.ok
    assert result.message.startswith(begins)
    assert len(result.message) > 10


ANSWER = {"choices": [{"message": {"role": "assistant", "content": "p"}}]}


def test_each_of_several_keys_is_tried(organization: Organization, provider: Callable[..., Provider]) -> None:
    running = provider(lambda body: (200, {}, ANSWER))
    keys = [f"sk-first-{SECRET}-aaaa", f"sk-second-{SECRET}-bbbb"]
    account = create_provider(
        actor=None, organization=organization, name="p", kind="openai_compatible", base_url=running.base_url,
        api_keys=keys,
    )  # fmt: skip
    deployment = create_deployment(actor=None, organization=organization, provider=account, name="d", model="m")
    running.refused = {keys[0]}
    result = testing.test_deployment(deployment)
    assert (result.ok, result.message) == (True, "m answered.")
    assert [(key.hint, key.ok) for key in result.keys] == [("aaaa", False), ("bbbb", True)]
    assert result.keys[0].message == "The provider refuses the API key (status 401)."
    running.refused = set(keys)
    assert not testing.test_deployment(deployment).ok


@pytest.mark.parametrize(
    ("kind", "model", "operation"),
    [
        ("openai", "gpt-5-mini", "chat"), ("openai", "text-embedding-3-small", "embeddings"),
        ("openai", "omni-moderation-latest", "moderations"), ("cohere", "rerank-v3.5", "rerank"),
        ("bedrock", "cohere.embed-v4:0", "embeddings"), ("anthropic", "claude-embedded", "chat"),
        ("voyage", "voyage-3", "embeddings"), ("jina", "jina-reranker-v2", "rerank"),
    ],
)  # fmt: skip
def test_a_model_is_asked_for_what_it_is_for(kind: str, model: str, operation: str) -> None:
    assert testing._operation(KINDS[kind], model) == operation


def test_settings_that_are_missing_are_said(check: Check) -> None:
    result = check("https://bedrock.proxy.example", "anthropic.claude-haiku", kind="bedrock")
    assert (result.ok, "." in result.message) == (False, True)


def test_a_quoted_secret_is_hidden(check: Check, provider: Callable[..., Provider]) -> None:  # B15
    running = provider(lambda body: (400, {}, {"error": {"message": f"bad request by {SECRET}"}}))
    assert check(running.base_url).message == "Status 400: bad request by ••••"


def test_redirects_are_not_followed(check: Check, provider: Callable[..., Provider]) -> None:  # B16
    elsewhere = provider(lambda body: (200, {}, {"choices": [{"message": {}}]}))
    running = provider(lambda body: (307, {"Location": f"{elsewhere.base_url}/chat/completions"}, {}))
    assert not check(running.base_url).ok
    assert (len(running.bodies), elsewhere.bodies) == (1, [])


def test_an_answer_without_end_is_given_up(
    check: Check, provider: Callable[..., Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MAX_ANSWER_BYTES", 1000)
    running = provider(lambda body: (200, {}, {"choices": ["x" * 200_000]}))
    assert check(running.base_url).message == "The provider's answer does not end."


def test_a_silent_provider_is_given_up(check: Check, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.2)
    assert check(upstream.site("hang").base_url).message == "The provider did not answer in time."


def test_nobody_there(check: Check) -> None:
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result = check(f"http://127.0.0.1:{port}/v1")
    assert (result.ok, result.message) == (
        False, "The provider could not be reached: connection refused or TLS failed.",
    )  # fmt: skip


def test_no_such_host(check: Check) -> None:
    result = check("http://no-such-host.invalid/v1")
    assert result.message == "The provider could not be reached: the host's name does not resolve."


def test_a_name_that_resolves_to_a_private_address(check: Check, upstream: Upstream, settings: Any) -> None:  # B16
    assert check(upstream.site("ok").base_url.replace("127.0.0.1", "localhost")).ok
    settings.ALLOW_PRIVATE_UPSTREAMS = False
    result = testing.test_deployment(Deployment.objects.get())
    assert (result.ok, result.message) == (False, "This platform does not talk to private addresses.")


def test_a_credential_that_cannot_be_opened(check: Check, upstream: Upstream) -> None:
    assert check(upstream.site("ok").base_url).ok
    Credential.objects.update(encrypted=b"not a token")
    result = testing.test_deployment(Deployment.objects.get())
    assert (result.ok, "ENCRYPTION_KEYS" in result.message) == (False, True)
