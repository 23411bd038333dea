"""Asks endpoints for their metrics, and tells the router."""

from __future__ import annotations

import asyncio
import logging

import httpx

from inferroute import Router

from .clock import now
from .connections import Connections
from .settings import Settings
from .tally import Tally

log = logging.getLogger("gateway.polling")


async def poll(router: Router, settings: Settings, tally: Tally, connections: Connections) -> None:
    """Until it is cancelled."""
    async with httpx.AsyncClient(timeout=settings.poll_every, trust_env=False) as client:
        while True:
            endpoints = [(endpoint["id"], endpoint["address"]) for endpoint in router.endpoints()]
            asked = [_one(client, router, tally, name, address) for name, address in endpoints if address]
            await asyncio.gather(*asked)
            await connections.keep({address for _, address in endpoints if address})
            # Requests that nobody told the end of, and replicas that fell silent.
            router.observe({"event": "leases_lapsed"}, now=now())
            await asyncio.sleep(settings.poll_every)


async def _one(client: httpx.AsyncClient, router: Router, tally: Tally, name: str, address: str) -> None:
    try:
        page = await client.get(f"http://{address}/metrics")
        page.raise_for_status()
    except httpx.HTTPError:
        # What was told before goes stale by itself; requests find out and fall back.
        tally.count("polls_failed", endpoint=name)
        return
    report = router.observe_metrics(name, page.content, now=now())
    for problem in report.problems:
        log.debug("%s: %s", name, problem["message"])
