"""The names in a rollup. With a default in the database, so that workers of the version before go on writing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='usagerollup',
            name='deployment',
            field=models.TextField(db_default=''),
        ),
        migrations.AddField(
            model_name='usagerollup',
            name='key',
            field=models.TextField(db_default=''),
        ),
        migrations.AddField(
            model_name='usagerollup',
            name='team',
            field=models.TextField(db_default=''),
        ),
    ]
