"""The statement that turns journal lines into ledger rows, and with them into rollups.

The worker passes bytes through; PostgreSQL parses them. One parameter was measured against COPY into a temporary
table: a third faster for small batches, at half of the worker's time. Rollups count only the rows that were really
inserted, so a batch that is sent twice changes nothing.
"""

_TYPES = {
    "bigint": """organization_id team_id key_id deployment_id input_tokens cached_input_tokens
        cache_write_tokens input_audio_tokens output_tokens reasoning_tokens output_audio_tokens""",
    "text": """request_id organization team key end_user endpoint requested_model route provider
        provider_kind deployment model outcome error_code error_message usage_source worker""",
    "jsonb": "tags attempts price",
    "boolean": "stream unpriced",
    "smallint": "status",
    "integer": "duration_ms first_token_ms",
}
_COLUMNS = {column: kind for kind, columns in _TYPES.items() for column in columns.split()}
_PLAIN = [column for column in _COLUMNS if column != "request_id"]

# How a row counts; billing/reports.py counts the rows at the edges of a range in the same way.
FAILED = "outcome IN ('error', 'truncated')"
TIMINGS = """LATERAL (
    VALUES ('duration', CASE WHEN outcome = 'ok' THEN duration_ms END), ('first_token', first_token_ms)
) AS timing(measure, ms)"""
BUCKET = "floor(8 * ln(greatest(ms, 1)::float8) / ln(2::float8) + 1e-9)"

INSERT = f"""
WITH event AS (
    SELECT fields.*
    FROM string_to_table(convert_from(%(lines)b, 'UTF8'), E'\\n') AS line,
        json_to_record(line::json) AS fields(
            id uuid, at bigint, cost_nano bigint, list_cost_nano bigint,
            {", ".join(f"{column} {kind}" for column, kind in _COLUMNS.items())}
        )
    WHERE line <> ''
), inserted AS (
    INSERT INTO billing_usageevent (id, at, request_id, cost, list_cost, {", ".join(_PLAIN)})
    SELECT id, to_timestamp(at / 1e6), left(request_id, 64),
        cost_nano * 0.000000001, list_cost_nano * 0.000000001,
        {", ".join(_PLAIN)}
    FROM event
    ON CONFLICT (id, at) DO NOTHING
    RETURNING organization_id, team_id, key_id, route, provider, deployment_id, model, team, key, deployment,
        outcome, unpriced, input_tokens, cached_input_tokens, output_tokens, cost, list_cost,
        duration_ms, first_token_ms,
        date_bin('15 minutes', at, '2000-01-01 00:00:00+00') AS period
), usage AS (
    INSERT INTO billing_usagerollup AS kept (
        organization_id, period, team_id, key_id, route, provider, deployment_id, model, team, key, deployment,
        requests, errors, aborted, unpriced, input_tokens, cached_input_tokens, output_tokens, cost, list_cost
    )
    SELECT organization_id, period, coalesce(team_id, 0), coalesce(key_id, 0), route, provider,
        coalesce(deployment_id, 0), model, max(team), max(key), max(deployment),
        count(*), count(*) FILTER (WHERE {FAILED}),
        count(*) FILTER (WHERE outcome = 'aborted'), count(*) FILTER (WHERE unpriced),
        sum(input_tokens), sum(cached_input_tokens), sum(output_tokens), sum(cost), sum(list_cost)
    FROM inserted
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8  -- every writer locks rows in the same order, so none waits in a circle
    ON CONFLICT ON CONSTRAINT usage_rollup_unique DO UPDATE SET
        team = excluded.team,
        key = excluded.key,
        deployment = excluded.deployment,
        requests = kept.requests + excluded.requests,
        errors = kept.errors + excluded.errors,
        aborted = kept.aborted + excluded.aborted,
        unpriced = kept.unpriced + excluded.unpriced,
        input_tokens = kept.input_tokens + excluded.input_tokens,
        cached_input_tokens = kept.cached_input_tokens + excluded.cached_input_tokens,
        output_tokens = kept.output_tokens + excluded.output_tokens,
        cost = kept.cost + excluded.cost,
        list_cost = kept.list_cost + excluded.list_cost
), latency AS (
    INSERT INTO billing_latencyrollup AS kept (
        organization_id, period, deployment_id, measure, bucket, requests
    )
    SELECT organization_id, period, coalesce(deployment_id, 0), measure,
        {BUCKET}, count(*)
    FROM inserted, {TIMINGS}
    WHERE ms IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT ON CONSTRAINT latency_rollup_unique DO UPDATE SET requests = kept.requests + excluded.requests
)
SELECT count(*) FROM inserted
"""  # noqa: S608  (made of the names above alone)

ENSURE_PARTITIONS = """
SELECT billing_ensure_partition(day) FROM (
    SELECT DISTINCT (to_timestamp((line::json ->> 'at')::bigint / 1e6) AT TIME ZONE 'UTC')::date AS day
    FROM string_to_table(convert_from(%(lines)b, 'UTF8'), E'\\n') AS line
    WHERE line <> ''
) AS days
"""
