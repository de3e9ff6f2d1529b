"""Every write to providers, deployments and routes: atomic, audited, announced to the data plane."""

from routing.services.deployments import create_deployment, delete_deployment, update_deployment
from routing.services.providers import create_provider, delete_provider, set_credentials, update_provider
from routing.services.rotation import rotate_credentials
from routing.services.routes import create_route, delete_route, update_route

__all__ = [
    "create_deployment",
    "create_provider",
    "create_route",
    "delete_deployment",
    "delete_provider",
    "delete_route",
    "rotate_credentials",
    "set_credentials",
    "update_deployment",
    "update_provider",
    "update_route",
]
