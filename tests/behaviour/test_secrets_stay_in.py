"""Provider keys never come back; a client's invalid key is masked."""

import pytest

from tests.tenant import UPSTREAM_KEY, Tenant
from tests.upstream.handle import Upstream

QUOTING = ["status-400", "status-401", "status-403", "status-404", "status-429", "status-500", "status-503"]


def seen_by_the_client(tenant: Tenant, route: str, stream: bool) -> str:
    """Everything of an answer: headers and body."""
    if stream:
        answer = tenant.stream(route)
        body = "" if answer.events or answer.done else answer.response.text
        return f"{answer.response.headers} {answer.events} {body}"
    response = tenant.chat(route)
    return f"{response.headers} {response.text}"


# B15: the fake provider quotes the key that it was sent in each of these
@pytest.mark.parametrize("scenario", [*QUOTING, "error-event-first", "error-event-after-3"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_provider_that_quotes_our_key_is_not_passed_on(
    tenant: Tenant, upstream: Upstream, scenario: str, stream: bool
) -> None:
    site = upstream.site(scenario)

    seen = seen_by_the_client(tenant, tenant.route(site), stream)

    [request] = site.requests
    assert request["headers"]["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert UPSTREAM_KEY not in seen
    [row] = tenant.rows()
    assert UPSTREAM_KEY not in f"{vars(row)}"
    assert UPSTREAM_KEY not in tenant.gateway.log.read_text()


# B15
def test_lists_and_metrics_hold_no_key(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))
    tenant.chat(route)

    open_pages = [tenant.http.get(tenant.gateway.url + path).text for path in ("/metrics", "/healthz", "/readyz")]
    pages = [tenant.http.get("/models").text, tenant.http.get(f"/models/{route}").text, *open_pages]

    assert route in pages[0]
    assert not [page for page in pages if UPSTREAM_KEY in page or tenant.secret in page]


# B15
@pytest.mark.parametrize("header", ["authorization", "x-api-key", "api-key", "x-goog-api-key"])
def test_an_invalid_client_key_is_masked(tenant: Tenant, header: str) -> None:
    invalid = "gw-live-thisisnotakeythatweknowof0000"
    value = f"Bearer {invalid}" if header == "authorization" else invalid

    response = tenant.client("").post("/chat/completions", json={}, headers={"authorization": "", header: value})

    assert response.status_code == 401
    assert invalid not in response.text
    assert response.json()["error"]["code"] == "invalid_api_key"
    assert invalid not in tenant.gateway.log.read_text()


# B15: the caller's own key does not travel to the provider
def test_the_client_s_key_stays_here(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")
    extra = {"x-api-key": tenant.secret, "cookie": "session=1", "x-goog-api-key": tenant.secret}

    tenant.http.post("/chat/completions", json={"model": tenant.route(site), "messages": []}, headers=extra)

    [request] = site.requests
    assert tenant.secret not in str(request["headers"])
    assert "cookie" not in request["headers"]
