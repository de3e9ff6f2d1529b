"""The app that answers from what was answered before."""

from django.apps import AppConfig


class CacheConfig(AppConfig):
    name = "cache"
