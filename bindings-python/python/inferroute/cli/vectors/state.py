"""The state of a case, told to the router."""

from __future__ import annotations

from typing import Any

from inferroute import Router

ENDPOINT_FIELDS = ("name", "namespace", "address", "labels", "ready")


def tell(router: Router, state: dict[str, Any]) -> None:
    """Reports the endpoints of a case.

    A pod is an endpoint with its ip: the pool that selects it says the ports. What another picker would not allow (``picker_allow``), and
    everything where ``no_ready_endpoints`` holds, is reported as not ready.
    """
    endpoints = [_pod(pod, state) for pod in state.get("pods") or []]
    endpoints += [{name: each[name] for name in ENDPOINT_FIELDS if name in each} for each in state.get("endpoints") or []]
    if state.get("no_ready_endpoints"):
        endpoints = [{**endpoint, "ready": False} for endpoint in endpoints]
    if endpoints:
        router.observe({"event": "endpoints_replaced", "endpoints": endpoints})  # type: ignore[typeddict-item]


def _pod(pod: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    endpoint = {name: pod[name] for name in ENDPOINT_FIELDS if name in pod}
    if "ip" in pod:
        endpoint["address"] = pod["ip"]
    allowed = state.get("picker_allow")
    if allowed is not None:
        # `ip` or `ip:port`; an IPv6 address stands in brackets where a port follows.
        ips = {each.rsplit(":", 1)[0].strip("[]") if each.count(":") == 1 or "]:" in each else each for each in allowed}
        endpoint["ready"] = endpoint.get("ready", True) and pod.get("ip") in ips
    return endpoint
