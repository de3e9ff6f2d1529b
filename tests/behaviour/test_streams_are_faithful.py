"""Streams reach the client as they were sent, whatever the bytes look like; a broken one says that it broke."""

import openai
import pytest

from tests.tenant import MESSAGES, Stream, Tenant
from tests.upstream import cassettes, replies
from tests.upstream.handle import Upstream

FRAMINGS = ["drip", "crlf", "tight", "commented", "scattered", "crlf+scattered", "tight+commented+drip"]
STREAMED = [one for one in cassettes.kept() if one.is_event_stream and one.endpoint == "chat.completions"]
COUNTS = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens", "cost", "outcome")


# B6
@pytest.mark.parametrize("scenario", ["cut-after-3", "end-after-3", "error-event-after-3"])
def test_a_stream_cut_short_ends_with_an_error_and_no_done(tenant: Tenant, upstream: Upstream, scenario: str) -> None:
    stream = tenant.stream(tenant.route(upstream.site(scenario)))

    assert stream.response.status_code == 200
    assert stream.text == "".join(replies.WORDS[:2])  # the first chunk is the role
    assert not stream.done
    [error] = stream.errors
    assert error["message"]
    assert error["type"]
    assert error["code"]
    row = tenant.row(stream.response)
    assert row.outcome == "truncated"
    assert row.error_code


# B6: the official SDK raises
def test_the_sdk_raises_where_a_stream_was_cut(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("cut-after-3"))
    stream = tenant.openai.chat.completions.create(model=route, messages=MESSAGES, stream=True)

    with pytest.raises(openai.APIError):
        list(stream)


# B7: one malformed event does not kill a stream
def test_a_malformed_event_is_survived(tenant: Tenant, upstream: Upstream) -> None:
    stream = tenant.stream(tenant.route(upstream.site("malformed-after-2")))

    assert stream.done
    assert stream.text == replies.TEXT
    assert tenant.row(stream.response).outcome == "ok"


def counts(tenant: Tenant, stream: Stream) -> dict[str, object]:
    """What the ledger says of a stream."""
    row = tenant.row(stream.response)
    return {name: getattr(row, name) for name in COUNTS}


# B21
@pytest.mark.parametrize("recorded", STREAMED, ids=lambda recorded: f"{recorded.provider}-{recorded.id}")
def test_any_framing_gives_the_same_output_and_usage(
    tenant: Tenant, upstream: Upstream, recorded: cassettes.Cassette
) -> None:
    scenario = f"cassette-{recorded.id}"
    plain, *dressed = [tenant.route(upstream.site("+".join([scenario, framing]))) for framing in ["plain", *FRAMINGS]]
    request = {**recorded.request, "stream_options": {"include_usage": True}}
    del request["model"], request["stream"]

    expected = tenant.stream(plain, **request)
    streams = [tenant.stream(route, **request) for route in dressed]

    assert expected.events == recorded.json_events
    assert [(stream.events, stream.done) for stream in streams] == [(expected.events, True)] * len(streams)
    [of_expected, *of_dressed] = [counts(tenant, stream) for stream in [expected, *streams]]
    assert of_dressed == [of_expected] * len(streams)


# B21: lines of 16 MB
def test_a_very_long_line_passes(tenant: Tenant, upstream: Upstream) -> None:
    stream = tenant.stream(tenant.route(upstream.site("big-line-16")))

    assert stream.done
    assert len(stream.text) == len(replies.TEXT) + 16 * 1024 * 1024
    assert tenant.row(stream.response).output_tokens == replies.USAGE["completion_tokens"]


# B40
def test_unknown_fields_travel_on_both_ways(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("echo"))
    request = {
        "max_tokens": 5,
        "max_completion_tokens": 6,
        "seed": 7,
        "reasoning_effort": "low",
        "unknown_to_us": {"deep": [1, None, "ü", 1e30, 12345678901234567890]},
    }

    answer = tenant.chat(route, **request).json()

    sent = answer["received"]["body"]
    assert {name: sent[name] for name in request} == request
    assert sent["model"] == "fake-model"
    assert set(sent) == {"model", "messages", *request}


# B48: neither buffered nor compressed on the way
def test_each_token_flushes_at_once(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("hold-after-3")

    with tenant.open_stream(tenant.route(site)) as response:
        lines = response.iter_lines()
        early = [line for line in (next(lines) for _ in range(6)) if line]  # would wait for ever if held back
        site.release()
        rest = list(lines)

    assert len(early) == 3
    assert "data: [DONE]" in rest
    assert "gzip" in response.request.headers["accept-encoding"]
    assert response.headers["x-accel-buffering"] == "no"
    assert "no-transform" in response.headers["cache-control"]
    assert "content-encoding" not in response.headers
