"""The Celery application: background jobs of every app, found in their `tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway_platform.settings")

app = Celery("gateway_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
