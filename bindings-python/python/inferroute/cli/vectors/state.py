"""The state of a case, told to the router."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inferroute import Router

ENDPOINT_FIELDS = ("name", "namespace", "address", "labels", "ready")


def tell(router: Router, state: dict[str, Any]) -> None:
    """Reports the endpoints of a case.

    A pod is an endpoint with its ip: the pool that selects it says the ports. What another picker would not allow (``picker_allow``), and
    everything where ``no_ready_endpoints`` holds, is reported as not ready; a pod of which some ports are allowed is reported port by port.
    """
    endpoints = [endpoint for pod in state.get("pods") or [] for endpoint in _pod(pod, state.get("picker_allow"))]
    endpoints += [_fields(each) for each in state.get("endpoints") or []]
    if state.get("no_ready_endpoints"):
        endpoints = [{**endpoint, "ready": False} for endpoint in endpoints]
    if endpoints:
        router.observe({"event": "endpoints_replaced", "endpoints": endpoints})  # type: ignore[typeddict-item]


def _fields(reported: dict[str, Any]) -> dict[str, Any]:
    return {name: reported[name] for name in ENDPOINT_FIELDS if name in reported}


def _pod(pod: dict[str, Any], allowed: list[str] | None) -> Iterator[dict[str, Any]]:
    endpoint = _fields(pod)
    ip = pod.get("ip")
    if ip is None:
        yield endpoint
        return
    endpoint["address"] = ip
    if allowed is None or ip in allowed:
        yield endpoint
        return
    ports = [address for address in (_join(ip, port) for port in pod.get("ports") or []) if address in allowed]
    if not ports:
        yield {**endpoint, "ready": False}
    for address in ports:
        yield {**endpoint, "name": f"{pod['name']}-{address.rpartition(':')[2]}", "address": address}


def _join(ip: str, port: int) -> str:
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
