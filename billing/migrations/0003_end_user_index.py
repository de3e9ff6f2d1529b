"""An index for the requests of one end user, built while workers go on writing.

PostgreSQL builds no index of a partitioned table concurrently. So the ledger gets one that counts for partitions to
come, each day that is there gets its own concurrently, and these are attached; with the last one the index is whole.
Each step can be repeated: a migration that was cut off, or waited too long for a lock, is simply run again.
"""

from django.db import migrations, models

INDEX = models.Index(
    fields=["organization_id", "end_user", "-at"], name="usage_org_end_user_at", condition=~models.Q(end_user="")
)
PATIENCE = "5s"
ON_LEDGER = """
CREATE INDEX IF NOT EXISTS usage_org_end_user_at ON ONLY billing_usageevent (organization_id, end_user, at DESC)
WHERE end_user <> ''"""
ON_DAY = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS {day}_end_user_at ON {day} (organization_id, end_user, at DESC)
WHERE end_user <> ''"""
DAYS = """
SELECT child.oid::regclass::text FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
WHERE inhparent = 'billing_usageevent'::regclass AND NOT EXISTS (
    SELECT FROM pg_index JOIN pg_inherits AS attached ON attached.inhrelid = indexrelid
    WHERE indrelid = child.oid AND attached.inhparent = 'usage_org_end_user_at'::regclass
)
ORDER BY 1"""
BROKEN = "SELECT FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid"


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{PATIENCE}'")  # rather fail than make everybody wait behind this
        try:
            cursor.execute(ON_LEDGER)
            cursor.execute(DAYS)
            for (day,) in cursor.fetchall():
                _build_on(cursor, day)
        finally:
            cursor.execute("RESET lock_timeout")


def _build_on(cursor, day):
    index = f"{day}_end_user_at"
    cursor.execute(BROKEN, [index])
    if cursor.fetchone() is not None:  # what a build that was cut off left behind
        cursor.execute(f"DROP INDEX CONCURRENTLY {index}")
    cursor.execute("SET lock_timeout = 0")  # it waits for others, but nobody for it
    cursor.execute(ON_DAY.format(day=day))
    cursor.execute(f"SET lock_timeout = '{PATIENCE}'")
    cursor.execute(f"ALTER INDEX usage_org_end_user_at ATTACH PARTITION {index}")


def drop(apps, schema_editor):
    schema_editor.execute("DROP INDEX IF EXISTS usage_org_end_user_at")


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('billing', '0002_rollup_names'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(build, drop)],
            state_operations=[migrations.AddIndex('usageevent', INDEX)],
        ),
    ]
