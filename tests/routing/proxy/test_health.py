"""Circuit breakers open after some failures, probe on their own, and give what was edited a new chance."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from routing.proxy.health import (
    COUNTED,
    FAILURES_TO_OPEN,
    FIRST_PROBE_SECONDS,
    LONGEST_PROBE_SECONDS,
    UNWANTED_SECONDS,
    Health,
)
from routing.proxy.snapshot import DeploymentRecord
from routing.wire.contract import ErrorKind
from tests.clock import jumping
from tests.routing.proxy.parts import deployment

A, B = deployment("a"), deployment("b")


class Prober:
    """Answers probes as told and remembers when they came."""

    def __init__(self, answer: Callable[[], bool] = lambda: False) -> None:
        self.answer = answer
        self.times: list[float] = []
        self.probed: list[DeploymentRecord] = []
        self.started = asyncio.get_running_loop().time()

    async def __call__(self, deployment: DeploymentRecord) -> bool:
        self.times.append(asyncio.get_running_loop().time() - self.started)
        self.probed.append(deployment)
        return self.answer()


def fail(health: Health, times: int = FAILURES_TO_OPEN, target: DeploymentRecord = A) -> None:
    for _ in range(times):
        health.failed(target, ErrorKind.SERVER)


# B37
@jumping
async def test_it_opens_after_so_many_failures_in_a_row() -> None:
    health = Health(Prober())

    fail(health, FAILURES_TO_OPEN - 1)
    assert not health.is_open(A)
    health.succeeded(A)
    fail(health, FAILURES_TO_OPEN - 1)
    assert not health.is_open(A)
    fail(health, 1)
    assert health.is_open(A)
    assert not health.is_open(B)
    await health.close()


@pytest.mark.parametrize("kind", ErrorKind)
@jumping
async def test_only_the_deployment_s_own_faults_count(kind: ErrorKind) -> None:
    health = Health(Prober())
    for _ in range(10):
        health.failed(A, kind)

    assert health.is_open(A) == (kind in COUNTED)
    of_the_request = {ErrorKind.BAD_REQUEST, ErrorKind.CONTEXT_LENGTH, ErrorKind.CONTENT_FILTER}
    assert (kind in COUNTED) == (kind not in of_the_request | {ErrorKind.NOT_FOUND, ErrorKind.UNSUPPORTED})
    await health.close()


# B37: probed, ever less often
@jumping
async def test_it_is_probed_with_growing_pauses_while_it_is_dead() -> None:
    prober = Prober()
    health = Health(prober)
    fail(health)

    await asyncio.sleep(200)

    pauses = [later - earlier for earlier, later in zip([0.0, *prober.times], prober.times, strict=False)]
    growing = [FIRST_PROBE_SECONDS * 2**i for i in range(5)]
    assert pauses == pytest.approx(growing + [LONGEST_PROBE_SECONDS] * (len(pauses) - 5))
    assert len(pauses) > 8
    assert health.is_open(A)
    await health.close()


@jumping
async def test_a_provider_that_says_when_to_come_back_is_not_probed_before() -> None:
    for retry_after, first in ((7.0, 7.0), (3600.0, LONGEST_PROBE_SECONDS), (0.0, FIRST_PROBE_SECONDS)):
        prober = Prober()
        health = Health(prober)
        for _ in range(FAILURES_TO_OPEN):
            health.failed(A, ErrorKind.RATE_LIMIT, retry_after)
        await asyncio.sleep(first + 0.1)
        assert prober.times == pytest.approx([first])
        await health.close()


# B37
@jumping
async def test_a_probe_that_is_answered_closes_it() -> None:
    health = Health(Prober(lambda: True))
    fail(health)

    await asyncio.sleep(FIRST_PROBE_SECONDS + 0.1)

    assert not health.is_open(A)


@jumping
async def test_a_probe_that_raises_is_no_sign_of_life() -> None:
    def broken() -> bool:
        raise OSError

    prober = Prober(broken)
    health = Health(prober)
    fail(health)

    await asyncio.sleep(10)

    assert len(prober.times) == 3
    assert health.is_open(A)
    await health.close()


@jumping
async def test_after_a_probe_it_is_on_trial() -> None:
    prober = Prober(lambda: True)
    health = Health(prober)
    fail(health)
    await asyncio.sleep(FIRST_PROBE_SECONDS + 0.1)

    fail(health, 1)  # one more opens it again, and for longer
    assert health.is_open(A)
    await asyncio.sleep(2 * FIRST_PROBE_SECONDS + 0.1)
    assert not health.is_open(A)
    assert prober.times[1] - prober.times[0] == pytest.approx(2 * FIRST_PROBE_SECONDS, abs=0.2)

    health.succeeded(A)  # a user's success ends the trial
    fail(health, FAILURES_TO_OPEN - 1)
    assert not health.is_open(A)


@jumping
async def test_failures_that_were_under_way_do_not_start_more_probes() -> None:
    prober = Prober()
    health = Health(prober)
    fail(health, 20)

    await asyncio.sleep(FIRST_PROBE_SECONDS + 0.1)

    assert len(prober.times) == 1
    await health.close()


@jumping
async def test_a_success_that_was_under_way_does_not_close_it() -> None:
    health = Health(Prober())
    fail(health)
    health.succeeded(A)
    assert health.is_open(A)
    await health.close()


# B37, B28: whoever mends a deployment's address or key need not wait
@jumping
async def test_an_edited_deployment_gets_a_new_chance_at_once() -> None:
    prober = Prober()
    health = Health(prober)
    fail(health)
    edited = replace(A, target=replace(A.target, base_url="http://better.example/v1"))

    assert not health.is_open(edited)
    health.succeeded(edited)
    await asyncio.sleep(60)
    assert prober.probed == []  # nobody asks the old address any more

    fail(health, FAILURES_TO_OPEN - 1, edited)
    assert not health.is_open(edited)
    fail(health, 1, edited)
    assert health.is_open(edited)
    await health.close()


@jumping
async def test_a_change_of_price_is_no_new_chance() -> None:
    health = Health(Prober())
    fail(health)
    assert health.is_open(replace(A, price=None, tags=("eu",)))
    await health.close()


# What is deleted, or not in use, is not probed for ever
@jumping
async def test_a_deployment_that_no_request_wants_is_probed_no_more() -> None:
    prober = Prober()
    health = Health(prober)
    fail(health)

    for _ in range(20):
        await asyncio.sleep(UNWANTED_SECONDS / 2)
        assert health.is_open(A)  # a request asks
    probes = len(prober.times)
    await asyncio.sleep(3 * UNWANTED_SECONDS)

    assert len(prober.times) - probes <= UNWANTED_SECONDS / LONGEST_PROBE_SECONDS + 1
    assert not health.is_open(A)
    assert health._circuits == {}


@jumping
async def test_closing_ends_the_probes() -> None:
    health = Health(Prober())
    fail(health)
    fail(health, target=B)
    await health.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
