"""What an endpoint is sent: the client's request, as the decision changes it."""

from __future__ import annotations

import json
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


def request(client: httpx.AsyncClient, asked: Asked, decision: Decision, attempt: Decision | Attempt) -> httpx.Request:
    """The request for an attempt: the decision itself, or one of its fallbacks. Its address must be known."""
    mutations = attempt.mutations
    headers = change(to_endpoint(asked.headers), mutations.get("request_headers", ()))
    headers += [(name.encode(), value.encode()) for name, value in decision.endpoint_headers().items()]
    host = mutations.get("hostname") or attempt.address or ""
    body = _body(asked.body, attempt.model_override, mutations.get("body", ()))
    url = f"http://{attempt.address}{decision.rewritten_path}"
    headers += [(b"host", host.encode()), (b"content-length", str(len(body)).encode())]
    return httpx.Request(asked.method, url, headers=headers, content=body)


def _body(body: bytes, model, changes) -> bytes:
    if model is None and not changes:
        return body
    fields = json.loads(body)
    if model is not None:
        fields["model"] = model
    for each in changes:
        if "remove" in each:
            fields.pop(each["remove"], None)
        if "set" in each:
            name, value = each["set"]
            fields[name] = json.loads(value)
    return json.dumps(fields).encode()
