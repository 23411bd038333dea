"""Runs the gateway until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import sys

import uvicorn
import uvloop

from inferroute import InferrouteError

from .app import Gateway
from .settings import Settings, host_and_port


def server(app, address: str) -> uvicorn.Server:
    host, port = host_and_port(address)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False, date_header=False,
        timeout_keep_alive=75, timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)


async def serve(gateway: Gateway) -> None:
    admin = server(gateway.for_operators(), gateway.settings.admin)
    clients = server(gateway.for_clients(), gateway.settings.listen)
    beside = asyncio.ensure_future(admin.serve())
    # The one that starts last hears of signals.
    while not admin.started and not beside.done():
        await asyncio.sleep(0.01)
    await clients.serve()
    admin.should_exit = True
    await beside


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        gateway = Gateway(Settings.parse())
    except (InferrouteError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(gateway))
    return 0


if __name__ == "__main__":
    sys.exit(main())
