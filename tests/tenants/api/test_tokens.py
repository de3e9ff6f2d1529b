"""Tokens of the management API: one's own, shown once, stored as digests."""

from datetime import timedelta

import pytest
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from tests.api import Api, as_role, new_organization

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/tokens/"


@pytest.fixture
def person() -> Api:
    return as_role(new_organization())


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def test_a_token_signs_in_until_it_is_revoked(person: Api) -> None:
    made = person.http.post(TOKENS, {}).json()
    client = bearer(made["token"])
    assert client.get(person.url("keys")).status_code == 200
    assert person.http.delete(f"{TOKENS}{made['id']}/").status_code == 204
    assert client.get(person.url("keys")).status_code == 401


def test_only_a_digest_is_kept(person: Api) -> None:
    token = person.http.post(TOKENS, {}).json()["token"]
    assert token.startswith("gw-api-")
    [row] = AuthToken.objects.filter(user=person.person).values()
    assert token not in str(row)
    assert token not in person.http.get(TOKENS).content.decode()


def test_an_expired_token_is_refused(person: Api) -> None:
    made = person.http.post(TOKENS, {"expires_at": timezone.now() + timedelta(hours=1)}).json()
    assert bearer(made["token"]).get(person.url()).status_code == 200
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert bearer(made["token"]).get(person.url()).status_code == 401


def test_the_past_is_no_expiry(person: Api) -> None:
    answer = person.http.post(TOKENS, {"expires_at": timezone.now() - timedelta(hours=1)})
    assert answer.status_code == 400
    assert list(answer.json()) == ["expires_at"]


def test_the_tokens_of_others_do_not_exist(person: Api) -> None:
    theirs = as_role(new_organization()).http.post(TOKENS, {}).json()
    assert person.http.get(TOKENS).json()["count"] == 0
    assert person.http.delete(f"{TOKENS}{theirs['id']}/").status_code == 404
    assert AuthToken.objects.count() == 1


def test_who_is_no_longer_active_is_refused(person: Api) -> None:
    token = person.http.post(TOKENS, {}).json()["token"]
    person.person.is_active = False
    person.person.save()
    assert bearer(token).get(person.url()).status_code == 401


def test_a_session_alone_writes_nothing(person: Api) -> None:
    """Another site can make a browser send its cookie, but not the CSRF token."""
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(person.person)
    assert browser.get(TOKENS).status_code == 200
    assert browser.post(TOKENS, {}).status_code == 403
    assert not AuthToken.objects.exists()
