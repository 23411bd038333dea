"""Prompts in every form that Python has for them, and where they lead."""

from __future__ import annotations

import json
from array import array
from typing import Any

import pytest

from conftest import TIERS, report
from inferroute import Profile, PromptBlocks, RequestError, Router, Scheduling, Scorer

GOLD = {"x-tier": "gold"}
PREFIX = Scheduling.of(Profile("prefix").scorer("prefix-cache-scorer", weight=1)).prefix(block_tokens=4)


@pytest.fixture
def warm() -> Router:
    router = Router(TIERS, seed=1, scheduling=PREFIX)
    report(router, *(f"vllm-{n}" for n in range(8)))
    return router


def sent(router: Router, **arguments: Any) -> str:
    ticket = router.route(GOLD, **arguments)
    assert ticket.ok
    ticket.finish()
    return ticket.decision.endpoint


TOKENS = list(range(100, 164))
BYTES = "".join(map(chr, range(65, 91))) * 4
FORMS: list[tuple[list[Any], int]] = [
    ([BYTES, BYTES.encode(), bytearray(BYTES.encode()), memoryview(BYTES.encode())], 26),
    ([TOKENS, tuple(TOKENS), array("I", TOKENS), memoryview(array("I", TOKENS)), memoryview(array("I", [x for t in TOKENS for x in (t, 0)]))[::2]], 64),
    ([PromptBlocks(range(1, 20)), PromptBlocks(array("Q", range(1, 20)))], 0),
]


@pytest.mark.parametrize(("forms", "tokens"), FORMS, ids=["text", "tokens", "blocks"])
def test_the_same_prompt_in_all_its_forms_leads_to_where_it_is_cached(warm: Router, forms: list[Any], tokens: int) -> None:
    first = sent(warm, prompt=forms[0])
    for form in forms:
        decision = warm.decide(GOLD, prompt=form)
        assert decision.ok and decision.endpoint == first
        assert decision.prompt_tokens == tokens and decision.cached_tokens >= tokens - 4


def test_the_tokens_are_those_that_the_buffer_holds_now(warm: Router) -> None:
    tokens = array("I", TOKENS)
    sent(warm, prompt=tokens)
    tokens[0] += 1
    changed = warm.decide(GOLD, prompt=tokens)
    tokens[0] -= 1
    kept = warm.decide(GOLD, prompt=tokens)
    assert changed.ok and kept.ok
    assert changed.cached_tokens == 0 and kept.cached_tokens == 64
    tokens.append(1)  # no buffer is held any more


def test_tokens_are_copied_where_python_may_write_to_them_meanwhile() -> None:
    tokens = array("I", TOKENS)

    def score(request: Any, endpoints: list[Any]) -> list[float]:
        tokens[0] = 0
        tokens.append(7)  # would raise BufferError were the buffer held
        return [1.0] * len(endpoints)

    router = Router(TIERS, seed=1, scheduling=Scheduling.of(Profile("x").scorer("prefix-cache-scorer").scorer(Scorer("writes", score))))
    report(router, "vllm-0")
    assert router.decide(GOLD, prompt=tokens).ok and len(tokens) == 65


def test_tenants_do_not_share_what_is_cached(warm: Router) -> None:
    sent(warm, prompt=TOKENS, tenant="a")
    own, other = warm.decide(GOLD, prompt=TOKENS, tenant="a"), warm.decide(GOLD, prompt=TOKENS, tenant="b")
    assert own.ok and other.ok and (own.cached_tokens, other.cached_tokens) == (64, 0)


def test_a_count_of_tokens_goes_before_an_estimate(warm: Router) -> None:
    decision = warm.decide(GOLD, prompt="abcd", prompt_tokens=900)
    assert decision.ok and decision.prompt_tokens == 900


def test_a_subset_limits_the_choice(warm: Router) -> None:
    for subset in ["10.0.0.3:8000", ["10.0.0.3"], ("10.0.0.3:8000", "192.0.2.1")]:
        decision = warm.decide(GOLD, subset=subset)
        assert decision.ok and decision.address == "10.0.0.3:8000"
    for subset in ["", [], ["192.0.2.1"]]:
        answer = warm.decide(GOLD, subset=subset)
        assert not answer.ok and answer.status == 503


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        ({"prompt": 7}, "RQ0001", "prompt must be str, bytes, a buffer"),
        ({"prompt": object()}, "RQ0001", "not object"),
        ({"prompt": "\ud800"}, "RQ0002", "lone surrogates"),
        ({"prompt": array("q", [1])}, "RQ0001", "32-bit"),
        ({"prompt": array("f", [1])}, "RQ0001", "32-bit"),
        ({"prompt": ["a"]}, "RQ0001", "not str"),
        ({"prompt": [-1]}, "RQ0003", "2**32"),
        ({"prompt": [2**32]}, "RQ0003", "2**32"),
        ({"prompt_tokens": "9"}, "RQ0001", "prompt_tokens"),
        ({"prompt_tokens": -1}, "RQ0003", "prompt_tokens"),
        ({"prompt_tokens": 2**32}, "RQ0003", "prompt_tokens"),
        ({"tenant": b"a"}, "RQ0001", "tenant"),
        ({"subset": 7}, "RQ0001", "subset"),
        ({"subset": [7]}, "RQ0001", "subset"),
    ],
)
def test_what_is_no_prompt_is_refused(warm: Router, arguments: dict[str, Any], code: str, part: str) -> None:
    for ask in (warm.decide, warm.route, warm.explain):
        with pytest.raises(RequestError, match=part.replace("*", "[*]")) as refused:
            ask(GOLD, **arguments)
        assert refused.value.code == code


@pytest.mark.parametrize("hashes", ["ab", b"ab", 7, [1.5], [-1], [2**64]])
def test_what_are_no_hashes_is_refused(hashes: Any) -> None:
    with pytest.raises(RequestError):
        PromptBlocks(hashes)


def test_many_at_once_spread_and_leave_nothing(warm: Router) -> None:
    router = Router(TIERS, seed=1, strategy="least_request")
    report(router, *(f"vllm-{n}" for n in range(4)))
    answers = router.decide_many([{"headers": GOLD}] * 8)
    assert sorted(answer.endpoint for answer in answers if answer.ok) == sorted([f"default/vllm-{n}" for n in range(4)] * 2)
    assert sum(endpoint["in_flight"] for endpoint in router.endpoints()) == 0
    tickets = router.route_many({"headers": GOLD, "model": "m"} for _ in range(8))
    assert sum(endpoint["in_flight"] for endpoint in router.endpoints()) == 8
    for ticket in tickets:
        assert ticket.ok and ticket.decision.model == "m"
        ticket.finish()
    assert router.decide_many([]) == []


@pytest.mark.parametrize(
    "requests", [None, {"headers": {}}, ["x"], [{"header": {}}], [{7: 1}], [{"headers": GOLD, "model": 7}], [{"headers": "x"}]]
)
def test_many_that_are_none_are_refused_and_nothing_is_counted(router: Router, requests: Any) -> None:
    for ask in (router.decide_many, router.route_many):
        with pytest.raises(RequestError):
            ask(requests)
    assert sum(endpoint["in_flight"] for endpoint in router.endpoints()) == 0


def test_the_prompt_is_read_from_the_body_with_the_model(warm: Router) -> None:
    router = warm
    message = {"role": "user", "content": "Tell me of the sea. " * 100}
    body = json.dumps({"model": "m", "messages": [message]}).encode()
    longer = json.dumps({"messages": [message, {"role": "assistant", "content": "It is wide."}], "model": "m"}, indent=1)
    ticket = router.route(GOLD, path="/v1/chat/completions", body=body)
    assert ticket.ok and ticket.decision.prompt_tokens > 500
    ticket.finish()
    decision = router.decide(GOLD, path="/v1/chat/completions", body=longer)
    assert decision.ok and decision.endpoint == ticket.decision.endpoint and decision.cached_tokens > 400
    for arguments in [{"prompt": "Hi"}, {"model": "m"}]:
        decision = router.decide(GOLD, path="/v1/chat/completions", body=body, **arguments)  # type: ignore[arg-type]
        assert decision.ok and decision.prompt_tokens < 2, "what is given comes first"
