"""The app that knows who is calling: organisations, teams, people, keys."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
