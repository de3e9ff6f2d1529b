"""The app that decides where a request goes and how it is spoken."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"
