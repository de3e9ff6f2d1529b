"""Which deployments are tried, in which order."""

from collections import Counter
from itertools import permutations
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proxy.choose import by_weight, candidates
from routing.proxy.health import FAILURES_TO_OPEN, Health
from routing.proxy.snapshot import DeploymentRecord, RouteRecord
from routing.wire.contract import ErrorKind
from routing.wire.failure import GatewayError
from tests.clock import jumping
from tests.routing.proxy.parts import deployment, key, route

A, B, C = (deployment(name) for name in "abc")
SANDBOX = deployment("sandbox", kind="sandbox")
DRAWS = 4000


async def dead(_: DeploymentRecord) -> bool:
    return False


def healthy() -> Health:
    return Health(dead)


def weighted(**weights: float) -> RouteRecord:
    return RouteRecord("m", "weighted", tuple((deployment(name), weight) for name, weight in weights.items()))


def test_priority_keeps_the_order_of_the_list() -> None:
    assert candidates(route(B, A, C), key(), healthy()) == [B, A, C]


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=6))
def test_a_weighted_order_holds_every_deployment_once_and_zeros_last(weights: list[float]) -> None:
    targets = [(deployment(str(i)), weight) for i, weight in enumerate(weights)]

    order = by_weight(targets)

    names = [each.name for each in order]
    assert sorted(names) == sorted(str(i) for i in range(len(weights)))
    zeros = [str(i) for i, weight in enumerate(weights) if weight == 0]
    assert names[len(names) - len(zeros) :] == zeros


# Whatever the unit: shares, per cent or thousandths.
@pytest.mark.parametrize("unit", [1, 100, 0.001, 1e-9, 1e9])
def test_each_order_comes_by_share_of_weight(unit: float) -> None:
    weights = {"a": 5.0, "b": 3.0, "c": 2.0}
    targets = [(deployment(name), weight * unit) for name, weight in weights.items()]

    drawn = Counter("".join(each.name for each in by_weight(targets)) for _ in range(DRAWS))

    for order in permutations(weights):
        left = [sum(weights[name] for name in order[i:]) for i in range(3)]
        expected = prod(weights[name] / rest for name, rest in zip(order, left, strict=True))
        # Five standard deviations.
        assert drawn["".join(order)] / DRAWS == pytest.approx(expected, abs=5 * (expected / DRAWS) ** 0.5)


def test_one_deployment_needs_no_draw() -> None:
    assert candidates(weighted(a=0), key(), healthy()) == [A]


# B37
@jumping
async def test_an_open_deployment_is_left_out() -> None:
    health = healthy()
    for _ in range(FAILURES_TO_OPEN):
        health.failed(A, ErrorKind.SERVER)

    assert candidates(route(A, B), key(), health) == [B]
    assert {names[0].name for names in (candidates(weighted(a=1e9, b=1), key(), health) for _ in range(20))} == {"b"}
    with pytest.raises(GatewayError) as caught:
        candidates(route(A), key(), health)
    assert (caught.value.status, caught.value.code) == (503, "no_deployment_available")
    assert caught.value.retry_after
    await health.close()


def test_a_test_key_reaches_the_sandbox_only() -> None:
    test_key = key(kind="test")
    assert candidates(route(A, SANDBOX, B), test_key, healthy()) == [SANDBOX]
    assert candidates(route(A, SANDBOX), key(), healthy()) == [A, SANDBOX]
    with pytest.raises(GatewayError) as caught:
        candidates(route(A, B), test_key, healthy())
    assert (caught.value.status, caught.value.code) == (403, "test_key")


def test_a_route_whose_targets_are_all_disabled_is_unavailable_not_forbidden() -> None:
    with pytest.raises(GatewayError) as caught:
        candidates(route(), key(kind="test"), healthy())
    assert caught.value.status == 503
