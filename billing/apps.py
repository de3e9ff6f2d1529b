"""The app that keeps prices, usage and spend."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
