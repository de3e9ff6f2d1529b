"""The ledger, partitioned by day, and its rollups."""

from django.db import migrations, models

# Partitioned by day, which Django cannot say: retention drops a day's table instead of deleting its rows.
LEDGER = """
CREATE TABLE billing_usageevent (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    request_id varchar(64) NOT NULL,
    organization_id bigint NOT NULL,
    organization text NOT NULL,
    team_id bigint,
    team text NOT NULL,
    key_id bigint,
    key text NOT NULL,
    end_user text NOT NULL,
    tags jsonb NOT NULL,
    endpoint text NOT NULL,
    requested_model text NOT NULL,
    route text NOT NULL,
    provider text NOT NULL,
    provider_kind text NOT NULL,
    deployment_id bigint,
    deployment text NOT NULL,
    model text NOT NULL,
    stream boolean NOT NULL,
    outcome text NOT NULL,
    status smallint NOT NULL,
    error_code text NOT NULL,
    error_message text NOT NULL,
    attempts jsonb NOT NULL,
    input_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    input_audio_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    output_audio_tokens bigint NOT NULL,
    usage_source text NOT NULL,
    cost numeric(24, 9) NOT NULL,
    list_cost numeric(24, 9) NOT NULL,
    unpriced boolean NOT NULL,
    price jsonb,
    duration_ms integer NOT NULL,
    first_token_ms integer,
    worker text NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at)
"""

# Attaching a finished table, unlike CREATE ... PARTITION OF, does not wait for readers of the ledger, nor block them.
ENSURE_PARTITION = """
CREATE FUNCTION billing_ensure_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    partition text := 'billing_usageevent_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(partition) IS NOT NULL THEN
        RETURN;
    END IF;
    IF day NOT BETWEEN '2000-01-01' AND '2199-12-31' THEN  -- a broken clock; no page could show such a row
        RAISE EXCEPTION 'no partition for %', day USING ERRCODE = 'datetime_field_overflow';
    END IF;
    LOCK TABLE billing_usageevent IN SHARE UPDATE EXCLUSIVE MODE;  -- one maker at a time; writers go on
    IF to_regclass(partition) IS NOT NULL THEN  -- another session made it while we waited
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE billing_usageevent INCLUDING DEFAULTS INCLUDING STORAGE)', partition);
    EXECUTE format(
        'ALTER TABLE billing_usageevent ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        partition,
        day::timestamp AT TIME ZONE 'UTC',
        (day + 1)::timestamp AT TIME ZONE 'UTC'
    );
END
$$
"""

# Rollup rows are updated over and over: free room on the page keeps the indexes out of it.
ROOM_FOR_UPDATES = """
ALTER TABLE billing_usagerollup SET (fillfactor = 70);
ALTER TABLE billing_latencyrollup SET (fillfactor = 70);
"""



class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LatencyRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization_id', models.BigIntegerField()),
                ('period', models.DateTimeField()),
                ('deployment_id', models.BigIntegerField()),
                ('measure', models.CharField(help_text='duration or first_token.', max_length=12)),
                ('bucket', models.SmallIntegerField(help_text='Eight to each doubling: floor(8 × log2(ms)).')),
                ('requests', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization_id', 'period', 'deployment_id', 'measure', 'bucket'), name='latency_rollup_unique')],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(LEDGER, 'DROP TABLE billing_usageevent')],
            state_operations=[
                migrations.CreateModel(
                    name='UsageEvent',
                    fields=[
                        ('pk', models.CompositePrimaryKey('id', 'at', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('id', models.UUIDField(help_text='Made by the worker; an event shipped twice is one row.')),
                        ('at', models.DateTimeField(help_text='When the request came in. The partition key.')),
                        ('request_id', models.CharField(max_length=64)),
                        ('organization_id', models.BigIntegerField()),
                        ('organization', models.TextField(help_text='Slug.')),
                        ('team_id', models.BigIntegerField(null=True)),
                        ('team', models.TextField(blank=True, default='')),
                        ('key_id', models.BigIntegerField(null=True)),
                        ('key', models.TextField(blank=True, default='')),
                        ('end_user', models.TextField(blank=True, default='')),
                        ('tags', models.JSONField(default=dict)),
                        ('endpoint', models.TextField()),
                        ('requested_model', models.TextField()),
                        ('route', models.TextField(blank=True, default='')),
                        ('provider', models.TextField(blank=True, default='')),
                        ('provider_kind', models.TextField(blank=True, default='')),
                        ('deployment_id', models.BigIntegerField(null=True)),
                        ('deployment', models.TextField(blank=True, default='')),
                        ('model', models.TextField(blank=True, default='')),
                        ('stream', models.BooleanField(default=False)),
                        ('outcome', models.TextField(choices=[('ok', 'Answered'), ('error', 'Failed'), ('aborted', 'Client left'), ('truncated', 'Cut short')])),
                        ('status', models.SmallIntegerField(help_text='HTTP status sent to the client; 499 if it left before one was.')),
                        ('error_code', models.TextField(blank=True, default='')),
                        ('error_message', models.TextField(blank=True, default='')),
                        ('attempts', models.JSONField(default=list, help_text='Each: deployment, provider, model, status, error, ms, cost (nano-dollars).')),
                        ('input_tokens', models.BigIntegerField(default=0, help_text='All of the prompt, cached parts included.')),
                        ('cached_input_tokens', models.BigIntegerField(default=0)),
                        ('cache_write_tokens', models.BigIntegerField(default=0)),
                        ('input_audio_tokens', models.BigIntegerField(default=0)),
                        ('output_tokens', models.BigIntegerField(default=0, help_text='Reasoning included.')),
                        ('reasoning_tokens', models.BigIntegerField(default=0)),
                        ('output_audio_tokens', models.BigIntegerField(default=0)),
                        ('usage_source', models.TextField(default='none', help_text='provider, estimate or none.')),
                        ('cost', models.DecimalField(decimal_places=9, default=0, help_text='Charged.', max_digits=24)),
                        ('list_cost', models.DecimalField(decimal_places=9, default=0, help_text='What it would have cost without the levers.', max_digits=24)),
                        ('unpriced', models.BooleanField(default=False, help_text='Tokens were used but no price is known, or usage was absurd.')),
                        ('price', models.JSONField(help_text='The price it was charged at, and where that came from.', null=True)),
                        ('duration_ms', models.IntegerField(default=0)),
                        ('first_token_ms', models.IntegerField(null=True)),
                        ('worker', models.TextField(blank=True, default='')),
                    ],
                    options={
                        'db_table': 'billing_usageevent',
                        'ordering': ['-at'],
                    },
                ),
            ],
        ),
        migrations.AddIndex('usageevent', models.Index(fields=['organization_id', '-at'], name='usage_org_at')),
        migrations.AddIndex('usageevent', models.Index(fields=['organization_id', 'key_id', '-at'], name='usage_org_key_at')),
        migrations.AddIndex('usageevent', models.Index(fields=['organization_id', 'request_id'], name='usage_org_request')),
        migrations.AddIndex('usageevent', models.Index(condition=models.Q(('outcome', 'ok'), _negated=True), fields=['organization_id', '-at'], name='usage_org_failed')),
        migrations.AddIndex('usageevent', models.Index(condition=models.Q(('unpriced', True)), fields=['organization_id', '-at'], name='usage_org_unpriced')),
        migrations.RunSQL(ENSURE_PARTITION, 'DROP FUNCTION billing_ensure_partition(date)'),
        migrations.CreateModel(
            name='UsageRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization_id', models.BigIntegerField()),
                ('period', models.DateTimeField(help_text='Start of the quarter hour, UTC.')),
                ('team_id', models.BigIntegerField(help_text='0 for none, so that the unique key holds.')),
                ('key_id', models.BigIntegerField()),
                ('route', models.TextField()),
                ('provider', models.TextField()),
                ('deployment_id', models.BigIntegerField()),
                ('model', models.TextField()),
                ('requests', models.BigIntegerField()),
                ('errors', models.BigIntegerField()),
                ('aborted', models.BigIntegerField()),
                ('unpriced', models.BigIntegerField()),
                ('input_tokens', models.BigIntegerField()),
                ('cached_input_tokens', models.BigIntegerField()),
                ('output_tokens', models.BigIntegerField()),
                ('cost', models.DecimalField(decimal_places=9, max_digits=24)),
                ('list_cost', models.DecimalField(decimal_places=9, max_digits=24)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization_id', 'period', 'team_id', 'key_id', 'route', 'provider', 'deployment_id', 'model'), name='usage_rollup_unique')],
            },
        ),
        migrations.RunSQL(ROOM_FOR_UPDATES, migrations.RunSQL.noop),
    ]
