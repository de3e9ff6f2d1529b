"""Recorded lists of models, as the reader of the provider's kind reads them."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import orjson

from routing.providers.listing import lists_of
from tests.conformance.exchanges import Exchange


def is_list(exchange: Exchange) -> bool:
    return exchange.method == "GET" and urlsplit(exchange.url).path.endswith("/models")


def failures(exchange: Exchange) -> Iterator[str]:
    """What is wrong with what we read, in words."""
    recorded = orjson.loads(exchange.body)
    said = [model.get("id") or re.sub("^models/", "", model["name"]) for model in next(_lists(recorded))]
    heard = [model["id"] for model in lists_of(exchange.provider)[0].read(recorded)]
    if heard != said:
        yield f"lists {len(heard)} models {heard[:3]}, said {len(said)} {said[:3]}"


def _lists(recorded: dict[str, object]) -> Iterator[list[dict[str, str]]]:
    yield from (value for value in recorded.values() if isinstance(value, list))
