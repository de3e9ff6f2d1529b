"""`python -m tests.upstream [--port N]`: run the fake provider until standard input ends."""

import argparse
import asyncio
import sys

import uvloop

from tests.upstream.server import Server


async def serve(port: int) -> None:
    """Serve until standard input closes, so that no orphan outlives a killed test run."""
    server = await Server().listen(port=port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(arguments.parse_args().port))
