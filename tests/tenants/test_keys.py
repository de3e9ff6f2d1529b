"""The API key's own format."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tenants import keys

KINDS = st.sampled_from(["live", "test"])


@given(KINDS)
def test_a_made_key_has_its_prefix_length_and_checksum(kind: str) -> None:
    value = keys.make(kind)
    assert re.fullmatch(rf"gw-{kind}-[0-9A-Za-z]{{38}}", value)
    assert keys.has_valid_checksum(value)


def test_no_two_keys_are_alike() -> None:
    assert len({keys.make("live") for _ in range(200)}) == 200


@given(KINDS, st.data())
def test_one_changed_character_breaks_the_checksum(kind: str, data: st.DataObject) -> None:
    value = keys.make(kind)
    position = data.draw(st.integers(len("gw-live-"), len(value) - 1))
    other = data.draw(st.sampled_from([char for char in keys.ALPHABET if char != value[position]]))
    assert not keys.has_valid_checksum(value[:position] + other + value[position + 1 :])


@given(st.text(max_size=60))
def test_other_texts_have_no_checksum(value: str) -> None:
    assert not keys.has_valid_checksum(value)


@pytest.mark.parametrize("damage", [str.upper, lambda value: value[:-1], lambda value: value + "0"])
def test_a_damaged_key_has_no_checksum(damage) -> None:
    assert not keys.has_valid_checksum(damage("gw-live-" + keys.make("live").removeprefix("gw-live-")))


def test_the_digest_is_sha256() -> None:
    assert keys.digest("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(KINDS)
def test_the_hint_shows_the_beginning_alone(kind: str) -> None:
    value = keys.make(kind)
    assert keys.hint(value) == value[:12] + "…"


def test_the_hint_of_an_imported_key_shows_four_characters() -> None:
    assert keys.hint("sk-0123456789abcdef") == "sk-0…"


def test_a_known_key_of_sixteen_characters_may_be_imported() -> None:
    keys.check_importable("0123456789abcdef")


@pytest.mark.parametrize(
    "value", ["0123456789abcde", "x" * 513, "0123456789 abcdef", "0123456789abcdéf", "0123456789\nabcdef"]
)
def test_what_is_too_short_or_fits_no_header_is_refused(value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        keys.check_importable(value)
    assert list(caught.value.message_dict) == ["value"]
