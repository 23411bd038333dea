"""Answers that the gateway gives by itself, in the shape that clients of OpenAI's API expect."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from inferroute import NoRoute

from .headers import Pairs, change

Send = Callable[[dict], Awaitable[None]]
JSON = (b"content-type", b"application/json")


def error(message: str, kind: str, code: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()


async def answer(send: Send, status: int, headers: Pairs, body: bytes) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, status: int, message: str, code: str) -> None:
    kind = "invalid_request_error" if status < 500 else "server_error"
    await answer(send, status, [JSON], error(message, kind, code))


async def no_route(send: Send, told: NoRoute, scheme: str, host: str | None) -> None:
    """The answer to a request that goes nowhere: a redirect, the rule's own answer, or an error with the reason."""
    if place := told.location:
        port = f":{place['port']}" if place["port"] else ""
        name = place["hostname"] or (host or "").rpartition(":")[0] or host or ""
        url = f"{place['scheme'] or scheme}://{name}{port}{place['path'] or '/'}"
        return await answer(send, told.status, [(b"location", url.encode())], b"")
    if said := told.direct_response:
        headers = change([], said["headers"])
        if said["content_type"]:
            headers.append((b"content-type", said["content_type"].encode()))
        return await answer(send, said["status"], headers, (said["body"] or "").encode())
    await refuse(send, told.status, told.message, told.reason)
