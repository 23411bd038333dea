"""The two applications: one for clients, one for operators."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.routing import Route

from .exchange import Exchange
from .files import Files
from .polling import poll
from .proxy import Proxy
from .settings import Settings
from .tally import Tally, in_flight


class Gateway:
    def __init__(self, settings: Settings) -> None:
        self.settings, self.tally = settings, Tally()
        self.files = Files(settings, self.tally)
        self.router = self.files.router
        url = settings.redis
        self.exchange = Exchange(self.router, self.tally, url, settings.channel) if url else None
        self.proxy = Proxy(self.router, settings, self.tally, self.exchange)

    def work(self) -> list[Coroutine]:
        """What goes on beside the requests."""
        beside = [self.files.follow(), poll(self.router, self.settings, self.tally, self.proxy.connections)]
        return [*beside, self.exchange.run()] if self.exchange else beside

    @asynccontextmanager
    async def running(self, _app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.ensure_future(work) for work in self.work()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
            await self.proxy.connections.keep(set())

    def for_clients(self) -> FastAPI:
        app = FastAPI(lifespan=self.running, openapi_url=None)

        @app.get("/v1/models")
        async def models(request: Request) -> dict:
            return {"object": "list", "data": [_model(each) for each in self.router.published_models(request.url.hostname)]}

        app.router.routes.append(Route("/{path:path}", self.proxy))
        return app

    def for_operators(self) -> FastAPI:
        app = FastAPI(openapi_url=None)

        @app.get("/debug/in-flight", response_class=PlainTextResponse)
        async def counted() -> str:
            return str(in_flight(self.router))

        @app.get("/debug/endpoints")
        async def endpoints() -> list:
            return self.router.endpoints()

        @app.get("/metrics", response_class=PlainTextResponse)
        async def metrics() -> str:
            return self.tally.page(self.router)

        @app.get("/healthz", response_class=PlainTextResponse)
        async def health() -> str:
            return "ok"

        return app


def _model(model: dict) -> dict:
    created = datetime.fromisoformat(model["created"]).timestamp() if model["created"] else 0
    return {"id": model["id"], "object": "model", "created": int(created), "owned_by": model["owned_by"]}
