"""Our provider keys never come back in what a provider says of them."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proxy.scrub import MESSAGE_CHARS, scrub
from routing.wire.contract import ErrorKind, UpstreamError

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=80)


def said(message: str, *secrets: str, code: str | None = None, param: str | None = None) -> UpstreamError:
    error = UpstreamError(ErrorKind.SERVER, message, code=code, param=param)
    scrub(error, secrets)
    return error


# B15
@given(st.text(max_size=50), SECRETS, st.text(max_size=50))
def test_a_quoted_secret_is_taken_out(before: str, secret: str, after: str) -> None:
    for shape in (secret, quote(secret, safe=""), secret.replace("/", "\\/"), f"Bearer {secret}"):
        error = said(before + shape + after, secret, code=shape, param=shape)
        for text in (error.message, error.code, error.param):
            assert text is not None
            assert secret not in text
            assert shape not in text


# B15: neither is a part of it left by our own cut
@given(st.integers(0, 40))
def test_a_secret_at_the_edge_of_a_long_message_is_taken_out_whole(shift: int) -> None:
    secret = "sk-proj-0123456789abcdefghijklmnopqrst"
    error = said("x" * (MESSAGE_CHARS - shift) + secret, secret)
    assert len(error.message) <= MESSAGE_CHARS
    assert "sk-" not in error.message


def test_a_provider_s_own_half_quotation_is_taken_out() -> None:
    secret = "sk-proj-0123456789abcdefghijklmnopqrst"
    error = said(f"Key {secret[:25]}… is invalid", secret)
    assert secret[:19] not in error.message


def test_every_secret_is_taken_out() -> None:
    assert said("first-secret second-secret", "first-secret", "second-secret").message == "… …"


@pytest.mark.parametrize("placeholder", ["", "x", "none"])
def test_a_local_server_s_placeholder_does_not_garble_messages(placeholder: str) -> None:
    assert said("The next one exceeds none.", placeholder).message == "The next one exceeds none."


def test_long_codes_are_cut() -> None:
    error = said("m", code="c" * 10_000, param="p" * 10_000)
    assert error.code is not None and len(error.code) <= 200
    assert error.param is not None and len(error.param) <= 200
