"""A proxy of FastAPI and httpx without inferroute: what the gateway's added latency is measured against. `plain.py LISTEN ENDPOINTS PORT`."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

NOT_SENT_ON = ("host", "content-length", "connection", "transfer-encoding")


def app(addresses: list[str]) -> FastAPI:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=1000, keepalive_expiry=4)
    client = httpx.AsyncClient(limits=limits, timeout=None, trust_env=False)
    turns = cycle(addresses)

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await client.aclose()

    made = FastAPI(lifespan=running, openapi_url=None)

    @made.api_route("/{path:path}", methods=["GET", "POST"])
    async def send_on(path: str, request: Request) -> StreamingResponse:
        headers = [(name, value) for name, value in request.headers.items() if name not in NOT_SENT_ON]
        sent = client.build_request(request.method, f"http://{next(turns)}/{path}", headers=headers, content=await request.body())
        answer = await client.send(sent, stream=True)
        kept = {name: value for name, value in answer.headers.items() if name not in ("connection", "transfer-encoding")}
        return StreamingResponse(answer.aiter_raw(), answer.status_code, kept, background=BackgroundTask(answer.aclose))

    return made


def main() -> None:
    listen, endpoints, servers = sys.argv[1:]
    host, _, port = listen.rpartition(":")
    addresses = [f"{each['address']}:{servers}" for each in json.loads(Path(endpoints).read_text())]
    uvicorn.run(app(addresses), host=host, port=int(port), loop="uvloop", log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
