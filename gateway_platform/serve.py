"""`python -m gateway_platform.serve --port 8080`: uvicorn as the gateway wants it. Takes all of uvicorn's options."""

import click
from uvicorn.main import main

DEFAULTS = {
    "app": "gateway_platform.asgi:application",
    "loop": "uvloop",
    "http": "gateway_platform.http_protocol:GatewayHttp",
    "lifespan": "on",
    "log_level": "warning",
    "access_log": False,
    "timeout_keep_alive": 75,  # seconds; longer than load balancers keep theirs, 60 as a rule
}


def serve() -> None:
    """Serve until told to stop."""
    for option in main.params:
        if option.name in DEFAULTS:
            option.default, option.required = DEFAULTS[option.name], False
        if option.name == "http":
            option.type = click.STRING  # uvicorn takes an address here as well, but not on its command line
    main(prog_name="serve")


if __name__ == "__main__":
    serve()
