"""LiteLLM's deployments are the router's endpoints: ``model_info.id`` is the name, ``api_base`` the address, ``model_info.labels`` the labels.

LiteLLM wants an id of its own for each deployment. Where several model names lead to one server, ``model_info.endpoint`` is the name they share.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from inferroute.types import ReportedEndpoint

Deployment = dict[str, Any]
# Where a deployment keeps the number of the ticket that chose it.
TICKET = "inferroute_ticket"


def endpoint(deployment: Deployment) -> str:
    """The name of the endpoint that a deployment stands for."""
    info = deployment["model_info"]
    return info.get("endpoint", info["id"])


def address(deployment: Deployment) -> str | None:
    """``ip:port`` of a deployment that has its own server."""
    base = deployment["litellm_params"].get("api_base")
    return urlsplit(base).netloc or None if base else None


def endpoints(deployments: Iterable[Deployment]) -> list[ReportedEndpoint]:
    """What the router is told of: each server once, however many model names lead to it."""
    found: dict[str, ReportedEndpoint] = {}
    for deployment in deployments:
        info, at = deployment["model_info"], address(deployment)
        if at and "labels" in info:
            name = endpoint(deployment)
            found[name] = {"name": name, "address": at, "labels": dict(info["labels"])}
    return list(found.values())


def chosen(deployment: Deployment, model: str | None, ticket: int) -> Deployment:
    """The deployment for one attempt: asked for ``model``, with its ticket's number. The one in LiteLLM's list stays as it is."""
    params = dict(deployment["litellm_params"])
    if model is not None:
        provider, _, _ = params["model"].rpartition("/")
        params["model"] = f"{provider}/{model}" if provider else model
    return {**deployment, "litellm_params": params, "model_info": {**deployment["model_info"], TICKET: ticket}}


def ticket_of(call: dict[str, Any]) -> int | None:
    """The number of the ticket in what LiteLLM's hooks are given of a call."""
    for place in (call, call.get("litellm_params") or {}):
        if (number := (place.get("model_info") or {}).get(TICKET)) is not None:
            return number
    return None
