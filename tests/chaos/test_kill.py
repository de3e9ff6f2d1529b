"""A worker is killed, a deploy ends the whole gateway: whatever was answered has one row."""

import pytest

from tests.chaos.workers import assert_one_row_each
from tests.gateway import Gateway
from tests.load import Load, send_requests, under_load
from tests.tenant import Tenant
from tests.upstream.handle import Upstream
from tests.waiting import eventually

pytestmark = pytest.mark.chaos


# B13: kill -9 of a worker in the middle of 500 requests
def test_killing_a_worker_loses_no_row(crowd: Gateway, upstream: Upstream) -> None:
    tenant = Tenant(crowd)
    route = tenant.route(upstream.site("paced-5"))
    [victim, *others] = crowd.worker_processes
    load = Load(at_once=20)

    with under_load(tenant, route, load) as answers:
        eventually(lambda: len(answers) >= 200)
        victim.kill()
        eventually(lambda: len(answers) >= 500, within=30)

    broken = [answer for answer in answers if not answer.ok]
    assert {answer.status for answer in broken} <= {None, 200}  # cut off, never refused
    assert len(broken) <= load.at_once  # those that the dead worker held
    eventually(lambda: len(crowd.worker_processes) == 4)
    assert set(others) < set(crowd.worker_processes)
    assert_one_row_each(tenant, answers)
    assert all(answer.ok for answer in send_requests(tenant, route, 40, load))


# B13: SIGTERM under load
def test_a_deploy_lets_streams_finish_and_loses_no_row(crowd: Gateway, upstream: Upstream) -> None:
    tenant = Tenant(crowd)
    short, long = tenant.route(upstream.site("ok")), tenant.route(upstream.site("paced-150"))

    load = Load(at_once=10)
    with under_load(tenant, short, load) as answers, under_load(tenant, long, load) as long_answers:
        eventually(lambda: len(answers) >= 100)
        crowd.terminate()
        eventually(lambda: crowd.process.poll() is not None, within=crowd.grace + 10)

    under_way = long_answers[:10]
    assert [answer.error for answer in under_way] == [""] * 10
    assert all(answer.ok for answer in under_way)
    assert {answer.status for answer in answers if not answer.ok} <= {None}  # nobody listens any more
    assert_one_row_each(tenant, answers + long_answers)
