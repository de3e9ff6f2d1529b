"""Provider accounts, deployments and routes."""

from routing.models.deployment import Deployment
from routing.models.provider import Credential, ProviderAccount
from routing.models.route import Route, RouteTarget
from routing.models.stored import StoredResponse

__all__ = ["Credential", "Deployment", "ProviderAccount", "Route", "RouteTarget", "StoredResponse"]
