"""What an endpoint is sent: the client's request, as the decision changes it."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from inferroute import Attempt, Decision

from .headers import Pairs, change, to_endpoint


@dataclass(frozen=True)
class Asked:
    """The client's request, read whole."""

    method: str
    path: str
    """With its query."""
    host: str | None
    headers: Pairs
    body: bytes

    @property
    def content_type(self) -> str | None:
        return next((value.decode("latin-1") for name, value in self.headers if name == b"content-type"), None)


def request(asked: Asked, decision: Decision, attempt: Decision | Attempt) -> httpx.Request:
    """The request for an attempt: the decision itself, or one of its fallbacks. Its address must be known."""
    mutations = attempt.mutations
    headers = change(to_endpoint(asked.headers), mutations.get("request_headers", ()))
    headers += [(name.encode(), value.encode()) for name, value in decision.endpoint_headers().items()]
    host = mutations.get("hostname") or attempt.address or ""
    body = attempt.rewritten_body(asked.body, asked.content_type)
    url = f"http://{attempt.address}{decision.rewritten_path}"
    headers += [(b"host", host.encode()), (b"content-length", str(len(body)).encode())]
    return httpx.Request(asked.method, url, headers=headers, content=body)
