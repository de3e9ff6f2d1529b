import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('routing', '0001_initial'),
        ('tenants', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='provideraccount',
            name='settings',
            field=models.JSONField(blank=True, default=dict, help_text='What the kind needs besides: region, project, api_version, …'),
        ),
        migrations.CreateModel(
            name='StoredResponse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('response_id', models.TextField()),
                ('previous_id', models.TextField(null=True)),
                ('deployment_id', models.BigIntegerField(help_text='That answered. A plain id: rows outlive deployments.', null=True)),
                ('at_provider', models.BooleanField(default=False, help_text='The provider keeps it; here is only whose it is.')),
                ('body', models.BinaryField(help_text='The Response object, as JSON.')),
                ('items', models.BinaryField(help_text='Its own input items, as JSON.')),
                ('item_ids', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, help_text='Of its output items.', size=None)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organization')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['item_ids'], name='response_item_ids')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'response_id'), name='response_id_unique')],
            },
        ),
    ]
