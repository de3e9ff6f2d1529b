"""What a worker's data plane is made of; put together by gateway_platform/assembly.py."""

from collections.abc import Callable
from dataclasses import dataclass, field

from billing.dataplane.journal import Journal
from routing.proxy.credentials import Credentials
from routing.proxy.deadline import Young
from routing.proxy.health import Health
from routing.proxy.log import RequestLog
from routing.proxy.stored import ResponseStore
from routing.proxy.tenants import TenantDirectory
from routing.proxy.upstream import Upstream
from tenants.dataplane.keys import KeyDirectory


@dataclass(slots=True)
class DataPlane:
    keys: KeyDirectory
    tenants: TenantDirectory
    upstream: Upstream
    health: Health
    journal: Journal
    log: RequestLog
    responses: ResponseStore
    max_body: int  # bytes
    is_ready: Callable[[], bool]  # configuration has been reachable since the worker started
    credentials: Credentials = field(default_factory=Credentials)
    young: Young = field(default_factory=Young)  # the requests that have just begun
