"""Requests of the host's other replicas count as the router's own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import TIERS, report
from inferroute import EventError, Router
from inferroute.types import ReplicaTold

GOLD = {"x-tier": "gold"}


def made(seed: int) -> Router:
    router = Router(TIERS, seed=seed)
    report(router, *(f"vllm-{n}" for n in range(3)))
    return router


def hear(router: Router, requests: list[Any], *, now: int = 0, **more: Any) -> None:
    event: ReplicaTold = json.loads(json.dumps({"event": "replica_told", "replica": "a", "requests": requests, **more}))
    router.observe(event, now=now)


def at(router: Router, endpoint: str) -> tuple[int, int, int]:
    found = next(each for each in router.endpoints() if each["id"] == endpoint)
    return found["in_flight"], found["of_replicas"], found["waiting_tokens"]


def test_a_request_of_another_replica_counts_until_it_is_over() -> None:
    one, other = made(1), made(2)
    prompt = "Once upon a time. " * 400
    ticket = one.route(GOLD, prompt=prompt)
    assert ticket.ok
    endpoint = ticket.decision.endpoint
    told = ticket.told(4)
    assert told is not None and len(told["prompt"]) > 10
    for _ in range(2):
        hear(other, [told])
        assert at(other, endpoint) == (1, 1, told["prompt_tokens"])
    assert at(one, endpoint)[:2] == (1, 0)
    ticket.first_token(1)
    short = ticket.told(4, prompt=False)
    assert short is not None and "prompt" not in short and short["stage"] == "answering"
    hear(other, [short])
    assert at(other, endpoint) == (1, 1, 0)
    ticket.finish()
    assert ticket.told(4) is None
    hear(other, [{"number": 4, "stage": "over"}])
    hear(other, [told])
    assert at(other, endpoint) == (0, 0, 0)
    decision = other.decide(GOLD, prompt=prompt)
    assert decision.ok and decision.endpoint == endpoint and decision.cached_tokens > 1000


def test_lists_of_all_leases_and_goodbyes() -> None:
    router = made(1)
    endpoint = "default/vllm-0"
    sent = [{"number": number, "stage": "sent", "endpoint": endpoint} for number in (1, 2, 3)]
    hear(router, sent)
    hear(router, sent[1:2], complete_to=2)
    assert at(router, endpoint)[0] == 2
    hear(router, [], complete_to=3, lease_ns=10)
    assert at(router, endpoint)[0] == 0
    hear(router, [{**sent[0], "number": 9}], lease_ns=10, now=100)
    router.observe({"event": "leases_lapsed"}, now=10_000_000_000)
    assert at(router, endpoint)[0] == 1, "the lease that it told first is longer"
    router.observe({"event": "leases_lapsed"}, now=10_000_000_001)
    assert at(router, endpoint)[0] == 0
    hear(router, sent, now=20_000_000_000)
    assert at(router, endpoint)[0] == 3
    router.observe({"event": "replica_gone", "replica": "a"}, now=20_000_000_000)
    assert at(router, endpoint)[0] == 0


def test_what_is_wrong_is_refused() -> None:
    router = made(1)
    many = [{"number": number, "stage": "sent", "endpoint": "default/vllm-0"} for number in range(65_537)]
    for requests, code in [([{"number": -1, "stage": "sent"}], "EV0000"), ([{"number": 1, "stage": "lost"}], "EV0000"), (many, "EV0007")]:
        with pytest.raises(EventError) as refused:
            hear(router, requests)
        assert refused.value.code == code
    assert all(endpoint["in_flight"] == 0 for endpoint in router.endpoints())
    with pytest.raises(EventError) as refused:
        for number in range(1025):
            hear(router, [], replica=f"r{number}")
    assert refused.value.code == "EV0006"
