"""Several API keys of one account: which is sent, what a failure does to it, and what the caller and the ledger see."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.proxy.credentials import DEAD_SECONDS, REST_SECONDS, Credentials, Ring
from routing.proxy.health import FAILURES_TO_OPEN
from routing.proxy.snapshot import DeploymentRecord
from routing.wire.contract import ErrorKind, Outgoing, Target
from tests.clock import jumping
from tests.routing.proxy.parts import Answer, Rig, ScriptedUpstream, deployment, failure, route, stream, whole

KEYS = ("sk-first-0123456789", "sk-second-0123456789", "sk-third-0123456789")
ADDRESS = "http://provider.example/v1"


class KeyedUpstream(ScriptedUpstream):
    """Answers by the key that it is asked with: 200 unless `statuses` says otherwise."""

    def __init__(self, statuses: Mapping[str, int], headers: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.statuses, self.headers = dict(statuses), headers or {}
        self.sent: list[str] = []

    async def send(self, outgoing: Outgoing, target: Target, connect: float) -> Answer:
        [key] = target.secrets
        self.sent.append(key)
        status = self.statuses.get(key, 200)
        streamed = b'"stream":true' in outgoing.body
        return failure(status, self.headers) if status != 200 else stream("Hi") if streamed else Answer([whole()])


def _deployment(name: str = "d1", keys: tuple[str, ...] = KEYS) -> DeploymentRecord:
    target = Target("openai_compatible", ADDRESS, f"model-{name}", secrets=keys)
    return deployment(name, target=target, provider_id=hash(name))


@pytest.mark.parametrize("status", [401, 402, 403])
@pytest.mark.parametrize("streamed", [True, False])
@jumping
async def test_a_refused_key_makes_way_at_once(tmp_path: Path, status: int, streamed: bool) -> None:
    upstream = KeyedUpstream({KEYS[0]: status, KEYS[1]: status})
    rig = Rig(tmp_path, upstream, route(_deployment(), retries=0))

    client = await rig.chat(stream=streamed)

    assert (client.status, upstream.sent) == (200, list(KEYS))  # no retries are allowed, and none were needed
    assert client.headers["x-gateway-attempts"] == "3"
    assert [each["status"] for each in rig.row["attempts"]] == [status, status, 200]
    await rig.chat(stream=streamed)
    assert upstream.sent[3:] == [KEYS[2]]


@jumping
async def test_no_time_is_lost_over_a_refused_key(tmp_path: Path) -> None:
    rig = Rig(tmp_path, KeyedUpstream({KEYS[0]: 401}), route(_deployment(), retries=2))
    before = time.monotonic()
    await rig.chat()
    assert time.monotonic() == before


@jumping
async def test_where_all_are_refused_the_next_deployment_answers(tmp_path: Path) -> None:
    upstream = KeyedUpstream(dict.fromkeys(KEYS, 401))
    rig = Rig(tmp_path, upstream, route(_deployment(), _deployment("d2", ("sk-other",)), retries=3))
    client = await rig.chat()
    assert (client.status, client.headers["x-gateway-deployment"]) == (200, "d2")
    assert upstream.sent == [*KEYS, "sk-other"]


@jumping
async def test_where_all_are_refused_it_is_said(tmp_path: Path) -> None:
    upstream = KeyedUpstream(dict.fromkeys(KEYS, 401))
    rig = Rig(tmp_path, upstream, route(_deployment(), retries=3))
    client = await rig.chat()
    assert (client.status, client.error["code"], len(upstream.sent)) == (502, "provider_auth", 3)
    await rig.chat()
    assert upstream.sent[3:] == [KEYS[0]]  # the first to die, once: the provider may think otherwise by now
    upstream.statuses = {}
    assert (await rig.chat()).status == 200


@jumping
async def test_a_limited_key_rests_and_the_retry_goes_with_another(tmp_path: Path) -> None:
    upstream = KeyedUpstream({KEYS[0]: 429}, {"retry-after": "60"})
    rig = Rig(tmp_path, upstream, route(_deployment(), retries=1))
    before = time.monotonic()
    assert (await rig.chat()).status == 200
    assert upstream.sent == list(KEYS[:2])
    assert 0.2 <= time.monotonic() - before < 1.0  # a backoff, not the minute that the first key has to wait
    await rig.chat()
    assert upstream.sent[2:] == [KEYS[1]]


@jumping
async def test_a_limited_key_is_a_failed_try(tmp_path: Path) -> None:  # B26
    upstream = KeyedUpstream(dict.fromkeys(KEYS, 429))
    rig = Rig(tmp_path, upstream, route(_deployment(), retries=1))
    client = await rig.chat()
    assert (client.status, len(upstream.sent)) == (429, 2)


@jumping
async def test_keys_that_fail_do_not_close_the_deployment_while_one_works(tmp_path: Path) -> None:
    keys = tuple(f"sk-{number}-0123456789" for number in range(FAILURES_TO_OPEN + 2))
    upstream = KeyedUpstream(dict.fromkeys(keys[:-1], 401))
    the_one = _deployment(keys=keys)
    rig = Rig(tmp_path, upstream, route(the_one))
    assert (await rig.chat()).status == 200
    assert not rig.plane.health.is_open(the_one)


@jumping
async def test_new_keys_are_new_chances(tmp_path: Path) -> None:
    upstream = KeyedUpstream({KEYS[0]: 401})
    rig = Rig(tmp_path, upstream, route(_deployment()))
    await rig.chat()
    credentials, changed = rig.plane.credentials, _deployment(keys=(KEYS[0], "sk-another"))
    assert (credentials.choose(_deployment()), credentials.choose(changed)) == (1, 0)


# B15
@jumping
async def test_the_log_names_no_key(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig(tmp_path, KeyedUpstream({KEYS[0]: 401}), route(_deployment()))
    with caplog.at_level(logging.WARNING):
        await rig.chat()
        await rig.chat()
    [record] = [each for each in caplog.records if each.name == "routing.proxy.credentials"]
    assert record.getMessage() == "provider provider: API key 1 of 3 is left out (refused)"


def test_one_key_is_no_choice() -> None:
    credentials, alone = Credentials(), _deployment(keys=KEYS[:1])
    assert not credentials.failed(alone, 0, ErrorKind.AUTH, None)
    assert not credentials.alive(alone)
    assert credentials._rings == {}


def test_a_dead_key_gets_another_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("routing.proxy.credentials.time.monotonic", lambda: now)
    credentials, account = Credentials(), _deployment()
    assert credentials.failed(account, 0, ErrorKind.AUTH, None)
    assert credentials.failed(account, 1, ErrorKind.RATE_LIMIT, None)
    assert credentials.choose(account) == 2
    now += REST_SECONDS + 1
    assert credentials.choose(account) == 1
    now += DEAD_SECONDS
    assert credentials.choose(account) == 0


Failures = st.lists(
    st.tuples(st.sampled_from(["dead", "rests", "works", "later"]), st.integers(0, 400)), min_size=1, max_size=40
)


@given(st.integers(2, 5), Failures)
def test_a_dead_key_is_never_chosen_while_one_lives(count: int, events: list[tuple[str, int]]) -> None:
    ring, now = Ring(tuple(map(str, range(count)))), 1000.0
    for what, number in events:
        chosen = ring.best(now)
        living = [index for index in range(count) if ring.dead[index] <= now]
        free = [index for index in living if ring.rests[index] <= now]
        assert chosen in (free or living or range(count))
        if what == "dead":
            ring.dead[chosen] = now + DEAD_SECONDS
        elif what == "rests":
            ring.rests[chosen] = now + number
        elif what == "works":
            ring.dead[chosen] = ring.rests[chosen] = 0.0
        now += number if what == "later" else 0


Statuses = st.lists(st.sampled_from([200, 401, 402, 403, 429, 500]), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.lists(Statuses, min_size=1, max_size=4))
def test_no_request_is_sent_with_a_dead_key_while_one_lives(days: list[list[int]]) -> None:
    @jumping
    async def run() -> None:
        upstream = KeyedUpstream({})
        with TemporaryDirectory() as directory:
            rig = Rig(Path(directory), upstream, route(_deployment(), retries=1))
            dead: set[str] = set()
            for statuses in days:
                upstream.statuses, before = dict(zip(KEYS, statuses, strict=True)), len(upstream.sent)
                one_works = any(upstream.statuses[key] == 200 for key in KEYS if key not in dead)
                client = await rig.chat()
                for key in upstream.sent[before:]:
                    assert key not in dead or len(dead) == len(KEYS)
                    (dead.add if upstream.statuses[key] in (401, 402, 403) else dead.discard)(key)
                assert client.status == 200 or not one_works or {429, 500} & set(statuses)
                rig.plane.health.succeeded(_deployment())

    run()
