"""Puts everything together; nobody imports it."""

from django.apps import AppConfig


class GatewayPlatformConfig(AppConfig):
    name = "gateway_platform"
