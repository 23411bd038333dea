"""What goes on beside the requests: the manifest is read again when it changes, endpoints are asked for their metrics, operators may look."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from inferroute import InferrouteError

from .chooser import Chooser, now
from .deployments import Deployment

log = logging.getLogger("inferroute.litellm")
RELOAD_EVERY, POLL_EVERY = 0.1, 1.0
_kept: set[asyncio.Task] = set()


def start(chooser: Chooser, deployments: Callable[[], Sequence[Deployment]] | None = None, admin: str | None = None) -> None:
    """Begins in the running loop. ``deployments`` are those that the router is to know of at any time; None: they never change."""
    work = [follow(chooser, deployments), poll(chooser)] + ([serve(chooser, admin)] if admin else [])
    for each in work:
        task = asyncio.ensure_future(each)
        _kept.add(task)
        task.add_done_callback(_kept.discard)


def _mark(chooser: Chooser) -> tuple[int, int, int] | None:
    try:
        stat = chooser.manifest.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


async def follow(chooser: Chooser, deployments: Callable[[], Sequence[Deployment]] | None) -> None:
    mark = None
    while True:
        if deployments:
            chooser.report(deployments())
        if (found := _mark(chooser)) not in (None, mark):
            mark = found
            try:
                await asyncio.to_thread(chooser.update)
                log.info("manifest taken")
            except (InferrouteError, OSError, ValueError) as error:
                log.error("manifest refused, the one before stays: %s", error)
        await asyncio.sleep(RELOAD_EVERY)


async def poll(chooser: Chooser) -> None:
    async with httpx.AsyncClient(timeout=POLL_EVERY, trust_env=False) as client:
        while True:
            await asyncio.gather(*(_one(chooser, client, each["id"], each["address"]) for each in chooser.router.endpoints() if each["address"]))
            chooser.lapse()
            await asyncio.sleep(POLL_EVERY)


async def _one(chooser: Chooser, client: httpx.AsyncClient, name: str, address: str) -> None:
    try:
        page = await client.get(f"http://{address}/metrics")
        page.raise_for_status()
    except httpx.HTTPError:
        # What was told before goes stale by itself.
        return
    chooser.router.observe_metrics(name, page.content, now=now())


async def serve(chooser: Chooser, listen: str) -> None:
    """``/debug/in-flight`` and ``/debug/endpoints``, apart from what clients reach."""

    async def in_flight(_request) -> PlainTextResponse:
        return PlainTextResponse(str(chooser.in_flight()))

    async def endpoints(_request) -> JSONResponse:
        return JSONResponse(chooser.router.endpoints())

    app = Starlette(routes=[Route("/debug/in-flight", in_flight), Route("/debug/endpoints", endpoints)])
    host, _, port = listen.rpartition(":")
    await _Beside(uvicorn.Config(app, host=host, port=int(port), log_level="warning", access_log=False)).serve()


class _Beside(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are for the proxy.
        yield
