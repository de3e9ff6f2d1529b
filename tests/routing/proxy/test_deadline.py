"""One timer for three limits: it cancels its task once, says which limit it was, and is moved without a new timer."""

import asyncio

import pytest

from routing.proxy.deadline import BATCH_SECONDS, LONG_SECONDS, Deadline, Young
from tests.clock import jumping


def now() -> float:
    return asyncio.get_running_loop().time()


def limited(total: float) -> Deadline:
    return Deadline(total, lambda task: None, Young())


async def cut_off(deadline: Deadline, seconds: float = 1000) -> tuple[str | None, float]:
    """Wait until a limit ends it; gives which, and after how long."""
    started = now()
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        return deadline.take_expired(), now() - started
    return None, now() - started


@jumping
async def test_the_total_limit_holds_from_the_start() -> None:
    deadline = limited(5)
    assert await cut_off(deadline) == ("total", pytest.approx(5))
    assert deadline.over


@jumping
async def test_a_limit_fires_after_its_own_time_and_the_task_goes_on() -> None:
    deadline = limited(100)
    deadline.within(2, "first_token")
    assert await cut_off(deadline) == ("first_token", pytest.approx(2))
    assert not deadline.over

    deadline.within(3, "idle")
    assert await cut_off(deadline) == ("idle", pytest.approx(3))
    assert await cut_off(deadline, 10) == (None, pytest.approx(10))  # fired once, and done
    deadline.stop()


@jumping
async def test_each_move_counts_from_now() -> None:
    deadline = limited(100)
    for _ in range(20):
        deadline.within(2, "idle")
        assert await cut_off(deadline, 1.5) == (None, pytest.approx(1.5))
    deadline.within(2, "idle")
    assert await cut_off(deadline) == ("idle", pytest.approx(2))
    deadline.stop()


@jumping
async def test_a_shorter_limit_after_a_longer_one_fires_in_time() -> None:
    deadline = limited(100)
    deadline.within(50, "first_token")
    deadline.within(2, "idle")
    assert await cut_off(deadline) == ("idle", pytest.approx(2))
    deadline.stop()


@jumping
async def test_no_limit_outlasts_the_total() -> None:
    deadline = limited(5)
    assert await cut_off(deadline, 4) == (None, pytest.approx(4))
    deadline.within(60, "idle")
    assert await cut_off(deadline) == ("total", pytest.approx(1))
    assert deadline.over


@jumping
async def test_only_total_lifts_the_other_limits() -> None:
    deadline = limited(5)
    deadline.within(1, "first_token")
    deadline.only_total()
    assert await cut_off(deadline) == ("total", pytest.approx(5))


@jumping
async def test_moving_it_makes_no_new_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline = limited(100)
    deadline.within(2, "idle")
    monkeypatch.setattr(Deadline, "_arm", None)
    for _ in range(1000):
        deadline.since = deadline.now()
        deadline.within(2, "idle")
        deadline.only_total()
    deadline.stop()


@jumping
async def test_content_begins_the_idle_time_anew() -> None:
    deadline = limited(100)
    deadline.within(2, "idle")
    for _ in range(20):
        assert await cut_off(deadline, 1.5) == (None, pytest.approx(1.5))
        deadline.since = deadline.now()
    assert await cut_off(deadline) == ("idle", pytest.approx(2))
    deadline.stop()


@jumping
async def test_while_paused_only_the_total_holds() -> None:
    deadline = limited(100)
    deadline.within(2, "idle")
    deadline.paused = True
    assert await cut_off(deadline, 50) == (None, pytest.approx(50))

    deadline.paused, deadline.since = False, now()
    outcome, seconds = await cut_off(deadline)
    assert outcome == "idle"
    assert 2 <= seconds <= 4  # the timer is left where it is

    deadline.within(2, "idle")
    deadline.paused = True
    assert await cut_off(deadline) == ("total", pytest.approx(50 - seconds))


@pytest.mark.parametrize(("lasts", "calls"), [(LONG_SECONDS / 2, 0), (LONG_SECONDS + 0.01, 1), (10, 1)])
@jumping
async def test_it_says_once_that_a_request_is_a_long_one(lasts: float, calls: int) -> None:
    said: list[float] = []
    deadline = Deadline(100, lambda task: said.append(now()), Young())
    deadline.within(30, "first_token")
    await asyncio.sleep(lasts)
    deadline.stop()
    await asyncio.sleep(100)
    assert len(said) == calls


@jumping
async def test_requests_that_begin_one_after_another_grow_long_each_in_its_time() -> None:
    young, lasted = Young(), list[float]()

    async def request(seconds: float) -> None:
        began = now()
        deadline = Deadline(100, lambda task: lasted.append(now() - began), young)
        await asyncio.sleep(seconds)
        deadline.stop()

    async with asyncio.TaskGroup() as requests:
        for number in range(30):
            requests.create_task(request(LONG_SECONDS / 2 if number % 3 else 1))
            await asyncio.sleep(0.03)
    assert len(lasted) == 10
    assert all(LONG_SECONDS - 1e-6 <= seconds <= LONG_SECONDS + BATCH_SECONDS + 1e-3 for seconds in lasted)


@jumping
async def test_a_limit_shorter_than_a_long_request_holds() -> None:
    deadline = limited(LONG_SECONDS / 4)
    assert await cut_off(deadline) == ("total", pytest.approx(LONG_SECONDS / 4))
    deadline.stop()

    deadline = limited(100)
    deadline.within(LONG_SECONDS / 4, "idle")
    assert await cut_off(deadline) == ("idle", pytest.approx(LONG_SECONDS / 4))
    deadline.stop()


@jumping
async def test_stopped_it_never_fires() -> None:
    deadline = limited(5)
    deadline.within(1, "idle")
    deadline.stop()
    assert await cut_off(deadline, 100) == (None, pytest.approx(100))


@jumping
async def test_another_s_cancellation_is_not_its_own() -> None:
    deadline = limited(100)
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().call_later(1, task.cancel)
    assert await cut_off(deadline) == (None, pytest.approx(1))
    assert task.uncancel() == 0
    deadline.stop()


@jumping
async def test_where_both_come_at_once_the_task_is_to_end() -> None:
    deadline = limited(1)
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().call_later(1, task.cancel)
    assert await cut_off(deadline) == (None, pytest.approx(1))
    assert task.uncancel() == 0


@jumping
async def test_the_cancellation_is_over_once_it_is_taken() -> None:
    """Else a timeout around what follows would not know its own from ours."""
    deadline = limited(1)
    await cut_off(deadline)
    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await asyncio.sleep(10)
