"""Requests that come at once are read and answered as one by one."""

from __future__ import annotations

from typing import Any

from conftest import POOL, documents, report, route
from inferroute import Router

GOLD = {"x-tier": "gold"}
WANTED = ", ".join(f"{{headers: [{{name: x-{n}, value: wanted}}]}}" for n in range(12))
TO_POOL = "{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}"
MANY_NAMES = documents(route(f"{{matches: [{WANTED}], backendRefs: [{TO_POOL}]}}"), POOL)
FEW_NAMES = documents(route(f"{{matches: [{{headers: [{{name: X-Tier, value: gold}}]}}], backendRefs: [{TO_POOL}]}}"), POOL)


def compared(text: str, requests: list[dict[str, Any]]) -> list[Any]:
    """Both ways of asking for the same, and what they leave in a journal, which holds all that was read."""
    journals: list[list[Any]] = [[], []]
    one, many = (Router(text, seed=7, journal=journal) for journal in journals)
    for router in (one, many):
        report(router, "vllm-0", "vllm-1")
    answers = [one.route(request.get("headers"), **{name: value for name, value in request.items() if name != "headers"}) for request in requests]
    at_once = many.route_many(requests)  # type: ignore[arg-type]
    assert journals[0] == journals[1]
    assert [answer.ok for answer in at_once] == [answer.ok for answer in answers]
    assert [a.decision == b.decision if a.ok and b.ok else a == b for a, b in zip(at_once, answers)] == [True] * len(requests)
    return at_once


def test_headers_in_every_shape_arrive() -> None:
    shapes: list[Any] = [
        GOLD,
        {"X-TIER": b"gold"},
        {"x-tier": ["gold"], "accept": ("a", "b")},
        {"x-tier": "gold", "X-Tier": "gold"},
        [("x-tier", "gold")],
        [(b"x-tier", b"gold"), (b"x-tier", b"gold")],
        (["x-tier", "gold"],),
        {},
        None,
        {"x-tier": "größe"},
        {b"x-tier": b"\xff"},
    ]
    answers = compared(FEW_NAMES, [{"headers": shape} for shape in shapes])
    assert [answer.ok for answer in answers] == [True, True, True, False, True, False, True, False, False, False, False]
    assert not compared(FEW_NAMES, [{}])[0].ok


def test_other_arguments_arrive() -> None:
    requests: list[dict[str, Any]] = [
        {"headers": GOLD, "model": "m", "tenant": "acme", "path": "/größe", "prompt": "hello"},
        {"headers": GOLD},
        {"headers": GOLD, "subset": ["10.0.0.2"], "multimodal": True, "prompt_tokens": 7},
        {"model": "m"},
    ]
    answers = compared(FEW_NAMES, requests)
    assert answers[2].decision.address == "10.0.0.2:8000" and answers[2].decision.prompt_tokens == 7


def test_plans_that_read_many_headers_and_large_batches() -> None:
    requests = [{"headers": {f"x-{n % 14}": "wanted" if n % 3 == 0 else "é", "X-3": "no"}} for n in range(700)]
    answers = compared(MANY_NAMES, requests)
    assert sum(answer.ok for answer in answers) == sum(n % 3 == 0 and n % 14 not in (3, 12, 13) for n in range(700))
