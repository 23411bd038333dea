"""What a host tells of its requests makes the strategy predicted_completion learn how quick endpoints are."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from conftest import TIERS, report
from inferroute import ManifestError, Profile, Router, Scheduling

GOLD = {"x-tier": "gold"}
MILLISECOND = 1_000_000
QUICK, SLOW = "default/vllm-0", "default/vllm-1"
TAKES = {QUICK: 200 * MILLISECOND, SLOW: 600 * MILLISECOND}


def made(**options: Any) -> Router:
    router = Router(TIERS, seed=1, **options)
    report(router, "vllm-0", "vllm-1")
    return router


def page(running: int, waiting: int = 0) -> str:
    return f"vllm:num_requests_running {running}\nvllm:num_requests_waiting {waiting}\nvllm:kv_cache_usage_perc 0.1\n"


def ask(router: Router, requests: int) -> Counter[str]:
    """Sends prompts of some 8,000 tokens one after the other, none like another, with metrics read before, while and after. Returns who got how many."""
    sent: Counter[str] = Counter()
    now = 0
    for number in range(requests):
        for endpoint in TAKES:
            router.observe_metrics(endpoint, page(running=0), now=now)
        ticket = router.route(GOLD, prompt=f"{number} and more " * 2200, now=now)
        assert ticket.ok
        endpoint = ticket.decision.endpoint
        sent[endpoint] += 1
        router.observe_metrics(endpoint, page(running=1), now=now + 50 * MILLISECOND)
        now += TAKES[endpoint]
        ticket.first_token(now)
        now += 10 * MILLISECOND
        ticket.finish()
    return sent


def pace(router: Router) -> dict[str, float | None]:
    return {endpoint["id"]: endpoint["pace"] for endpoint in router.endpoints() if endpoint["id"] in TAKES}


def test_the_quicker_of_two_endpoints_gets_more() -> None:
    router = made(strategy="predicted_completion")
    assert pace(router) == {QUICK: None, SLOW: None}
    sent = ask(router, 40)
    assert sent[SLOW] >= 1 and sent[QUICK] >= 30, sent
    found = pace(router)
    quick, slow = found[QUICK], found[SLOW]
    assert quick is not None and slow is not None
    assert slow / quick == pytest.approx(3, rel=0.1)


def test_without_learning_they_would_share() -> None:
    profile = Profile("default").scorer("predicted-completion-scorer", pacePrior=1e30, answerSteps=12, step={"token": 22.5e-6, "kvTokens": 400_000})
    sent = ask(made(scheduling=Scheduling.of(profile)), 40)
    assert min(sent.values()) > 8, sent


def test_prompts_that_wait_at_an_endpoint_send_requests_elsewhere() -> None:
    router = made(strategy="predicted_completion")
    router.observe_metrics(QUICK, page(running=8, waiting=5), now=0)
    router.observe_metrics(SLOW, page(running=8), now=0)
    decision = router.decide(GOLD, prompt="a prompt " * 500, now=0)
    assert decision.ok and decision.endpoint == SLOW
    scores = {endpoint["id"]: endpoint["scores"] for endpoint in router.explain(GOLD, prompt="a prompt " * 500, now=0).endpoints}
    assert [(score["scorer"], score["rating"]) for score in scores[SLOW]] == [("predicted-completion-scorer", 1.0)]
    assert [0 < score["rating"] < 1 for score in scores[QUICK]] == [True]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("parameters", "code", "field"),
    [
        ({"crowding": -1}, "RT0103", "crowding"),
        ({"pace_prior": 4}, "RT0509", "pace_prior"),
        ({"step": {"chunk": 0}}, "RT0103", "step.chunk"),
        ({"step": {"kv_tokens": 1}}, "RT0509", "step.kv_tokens"),
    ],
)
def test_parameters_that_cannot_be_are_named(parameters: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(ManifestError) as refused:
        Scheduling.of(Profile("default").scorer("predicted-completion-scorer", **parameters))
    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == (code, f"plugins[0].parameters.{field}"), json.dumps(problem.to_dict())
