"""What the server serves: the data plane's paths go to the proxy before any Django code, the rest to Django."""

import gc
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway_platform.settings")

from gateway_platform.metrics_directory import prepare_metrics_directory

prepare_metrics_directory()  # before anything makes a counter

from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402

django: Any = get_asgi_application()  # also loads the apps, which the next imports need

from gateway_platform.assembly import Assembly  # noqa: E402
from gateway_platform.database import limit_statements  # noqa: E402
from routing.proxy.app import Proxy, is_proxied  # noqa: E402
from routing.proxy.receive import Receive, Send  # noqa: E402

limit_statements()
Scope = dict[str, Any]
# A request leaves no cycles behind, so that the collector, which looks for them alone, may come more rarely than after
# each 700 objects.
YOUNG_OBJECTS = 20_000
proxy = Proxy()
worker: Assembly | None = None


def start() -> None:
    """Make and start this process's data plane, inside its event loop."""
    global worker
    worker = Assembly()
    worker.start()
    gc.freeze()  # what is loaded now stays: the collector need not look at it again during requests
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    proxy.plane = worker.plane


async def http(scope: Scope, receive: Receive, send: Send) -> None:
    if not is_proxied(scope["path"]):
        await django(scope, receive, send)
        return
    if worker is None:  # daphne knows no lifespan
        start()
    await proxy(scope, receive, send)


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Start the data plane before the first request, stop it after the last."""
    await receive()
    try:
        start()
    except Exception as error:  # a server that is not told so would go on without it
        await send({"type": "lifespan.startup.failed", "message": f"The data plane cannot start: {error!r}"})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    proxy.plane = None
    if worker is not None:
        await worker.stop()
    await send({"type": "lifespan.shutdown.complete"})


application = ProtocolTypeRouter({"http": http, "lifespan": lifespan})
