"""A deploy ends the gateway under load: what is under way finishes, and no row is lost."""

import time

import pytest

from tests.chaos.workers import assert_one_row_each
from tests.gateway import Gateway
from tests.load import Load, under_load
from tests.tenant import Tenant
from tests.upstream.handle import Upstream
from tests.waiting import eventually

pytestmark = pytest.mark.chaos

LOAD = Load(at_once=10)


# B13: SIGTERM
def test_a_deploy_lets_streams_finish_and_loses_no_row(alone: Gateway, upstream: Upstream) -> None:
    tenant, slow_site = Tenant(alone), upstream.site("paced-150")
    quick, slow = tenant.route(upstream.site("ok")), tenant.route(slow_site)

    with under_load(tenant, quick, LOAD) as answers, under_load(tenant, slow, LOAD) as slow_answers:
        eventually(lambda: len(answers) >= 100 and slow_site.outcomes["open"] == LOAD.at_once)
        deployed = time.monotonic()
        alone.terminate()
        eventually(lambda: alone.process.poll() is not None, within=alone.grace + 10)

    under_way = [answer for answer in slow_answers if answer.started < deployed]
    assert [answer.error for answer in under_way if not answer.ok] == []
    assert len(under_way) >= LOAD.at_once
    assert {answer.status for answer in answers if not answer.ok} <= {None}  # nobody listens any more
    assert_one_row_each(tenant, answers + slow_answers)
