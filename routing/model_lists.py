""" "Load models": what a provider says it has, asked past the proxy."""

from dataclasses import dataclass

import orjson

from routing.asking import ask, explain, targets_of
from routing.models import ProviderAccount
from routing.providers.listing import ModelList, lists_of
from routing.providers.registry import KINDS
from routing.wire.contract import ErrorKind, Json, Outgoing, Target, UpstreamError
from routing.wire.openai_errors import error_from_body

MOST_PAGES, MOST_MODELS = 10, 5_000


@dataclass(frozen=True, slots=True)
class ModelListing:
    """``models`` by id, each with ``id`` and maybe ``name`` and ``context``; or why there are none."""

    models: list[Json]
    problem: str = ""  # for people; never holds a secret


def models_of(provider: ProviderAccount) -> ModelListing:
    """Ask with the first of the account's keys that works. Takes up to 20 seconds a page."""
    lists = lists_of(provider.kind)
    if not lists:
        label = KINDS[provider.kind].label
        return ModelListing([], f"{label} has no list of models: write the name yourself.")
    problem = ""
    for keyed in targets_of(provider):
        if keyed.problem:
            problem = keyed.problem
            continue
        try:
            return _listing([model for each in lists for model in _all_pages(each, keyed.target)])
        except UpstreamError as error:
            problem = explain(error, keyed.target)
            if error.kind is not ErrorKind.AUTH:
                break
    return ModelListing([], problem)


def _listing(found: list[Json]) -> ModelListing:
    models = {model["id"]: model for model in found[:MOST_MODELS]}
    if not models:
        return ModelListing([], "The provider lists no models.")
    return ModelListing([models[name] for name in sorted(models)])


def _all_pages(listed: ModelList, target: Target) -> list[Json]:
    there = Target(target.kind, listed.at(target.base_url), "", target.headers, target.secrets, target.settings)
    found: list[Json] = []
    path = listed.path
    for _ in range(MOST_PAGES):
        status, headers, body = ask(Outgoing(path, headers=[*listed.headers], method="GET"), there)
        if status != 200:
            raise error_from_body(status, headers, body)
        answer = _json(body)
        found += listed.read(answer)
        more = listed.next_page(answer)
        if not more:
            break
        path = listed.path + (more if "?" in listed.path else f"?{more[1:]}")
    return found


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UpstreamError(ErrorKind.SERVER, "The provider's list of models is no JSON.") from None
