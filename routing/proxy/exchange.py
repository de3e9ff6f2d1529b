"""All that is known of one request while it is under way."""

import random
import time
from dataclasses import dataclass
from typing import Any

from routing.proxy.snapshot import DeploymentRecord, RouteRecord, TenantSnapshot
from routing.proxy.stored import Recall
from routing.wire.contract import Adapter, Call, ErrorKind
from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.openai_chat import OPENAI_CHAT
from routing.wire.failure import GatewayError
from tenants.dataplane.records import KeyRecord

Scope = dict[str, Any]


@dataclass(slots=True)
class AttemptRecord:
    """One try at one deployment, as the ledger keeps it."""

    deployment: DeploymentRecord
    started: float  # monotonic
    ms: int = 0
    status: int | None = None
    error: ErrorKind | None = None
    message: str = ""
    cost: int = 0  # nano-dollars
    key: int = 0  # which of the deployment's secrets was used


class Exchange:
    """One request from its first byte to its row in the ledger.

    No dataclass: what stays as it is here, most of it for most requests, is not written for each anew.
    """

    dialect: Dialect = OPENAI_CHAT  # what the caller is answered in
    path_rest: str = ""  # what the path says beyond the endpoint

    key: KeyRecord | None = None
    tenant: TenantSnapshot | None = None
    call: Call | None = None
    extra_headers: dict[str, str] | None = None  # that the body asks for, by lower-case name
    end_user: str = ""
    recall: Recall | None = None  # of the Responses API: what is continued and kept
    route: RouteRecord | None = None

    adapter: Adapter | None = None  # of the attempt that answered
    answering: AttemptRecord | None = None
    first_content: float | None = None  # monotonic

    status: int = 499  # sent to the client; 499: it left before one was
    error: GatewayError | None = None
    truncated: bool = False
    client_left: bool = False
    settled: bool = False
    cost: int = 0  # nano-dollars
    unpriced: bool = False

    def __init__(self, endpoint: str, headers: dict[bytes, bytes]) -> None:
        self.endpoint = endpoint
        self.headers = headers
        # Unique, not secret: the generator is seeded from the system's randomness in each worker.
        self.id = f"{random.getrandbits(128):032x}"
        self.at = time.time()  # seconds since the epoch
        self.started = time.monotonic()
        self.attempts: list[AttemptRecord] = []

    @property
    def request_id(self) -> str:
        return f"req_{self.id}"

    @property
    def requested_model(self) -> str:
        return self.call.model if self.call else ""
