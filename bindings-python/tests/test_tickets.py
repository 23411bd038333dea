"""Tickets from their first token to their end, journals that are played again, and shadows."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from conftest import TIERS, report
from inferroute import Divergence, EventError, Player, RequestError, Router, Shadow, Ticket

GOLD = {"x-tier": "gold"}


def made(**options: Any) -> Router:
    router = Router(TIERS, seed=options.pop("seed", 1), **options)
    report(router, *(f"vllm-{n}" for n in range(3)))
    return router


def routed(router: Router, **arguments: Any) -> Ticket:
    ticket = router.route(GOLD, **arguments)
    assert ticket.ok
    return ticket


def at(router: Router, endpoint: str) -> tuple[int, int]:
    found = next(each for each in router.endpoints() if each["id"] == endpoint)
    return found["in_flight"], found["waiting_tokens"]


def test_a_first_token_works_the_prompt_off() -> None:
    router = made()
    ticket = routed(router, prompt_tokens=100, now=1)
    endpoint = ticket.decision.endpoint
    assert at(router, endpoint) == (1, 100)
    ticket.first_token(5)
    ticket.first_token(6)
    assert at(router, endpoint) == (1, 0)
    ticket.cached_tokens(60)
    ticket.finish()
    assert at(router, endpoint) == (0, 0)
    found = next(each for each in router.endpoints() if each["id"] == endpoint)
    assert found["cached_tokens"] == {"predicted": 0, "delivered": 60}


def test_falling_back_moves_the_request() -> None:
    router = made()
    ticket = routed(router, prompt_tokens=10)
    order = [ticket.decision.endpoint, *(each.endpoint for each in ticket.decision.fallbacks)]
    for before, after in zip(order, order[1:], strict=False):
        assert at(router, before) == (1, 10)
        attempt = ticket.fall_back(2)
        assert attempt is not None and attempt.endpoint == after
        assert at(router, before) == (0, 0) and at(router, after) == (1, 10)
    assert ticket.fall_back(3) is None and at(router, order[-1]) == (1, 10)
    ticket.fail(4)
    assert at(router, order[-1]) == (0, 0)
    # Over is over.
    ticket.fail()
    ticket.finish()
    ticket.first_token()
    ticket.renew()
    assert ticket.fall_back() is None


def test_a_lease_lapses_unless_it_is_renewed() -> None:
    router = made(lease=1_000_000_000)
    kept, left = routed(router, now=0), routed(router, now=0)
    kept.renew(1_500_000_000)
    router.observe({"event": "leases_lapsed"}, now=2_200_000_000)
    assert sum(each["in_flight"] for each in router.endpoints()) == 1
    kept.finish()
    left.finish()
    assert sum(each["in_flight"] for each in router.endpoints()) == 0


def entries(journal: list[dict[str, Any]]) -> list[str]:
    return [entry["entry"] for entry in journal]


def test_a_with_block_answers_or_cancels() -> None:
    journal: list[dict[str, Any]] = []
    router = made(journal=journal)
    with routed(router):
        pass
    assert entries(journal)[-2:] == ["answered", "finished"]
    with pytest.raises(ZeroDivisionError), routed(router):
        raise ZeroDivisionError
    assert entries(journal)[-2:] == ["decided", "finished"]


@pytest.mark.parametrize("now", ["1", -1, 2**64, 1.5, None])
def test_what_is_no_time_is_refused(now: Any) -> None:
    ticket = routed(made())
    for tell in (ticket.first_token, ticket.renew, ticket.fall_back, ticket.fail):
        with pytest.raises(RequestError):
            tell(now)


def recorded(**options: Any) -> list[dict[str, Any]]:
    journal: list[dict[str, Any]] = []
    router = made(journal=journal, **options)
    tickets = [routed(router, prompt="x" * 400, now=n) for n in range(6)]
    tickets[0].first_token(10)
    tickets[1].fall_back(11)
    tickets[2].renew(12)
    tickets[3].cached_tokens(5)
    tickets[4].fail(13)
    for ticket in tickets:
        ticket.finish()
    router.decide({"x-tier": "tin"}, now=20)
    router.update(TIERS)
    router.decide(GOLD, now=21)
    return journal


def test_a_journal_plays_again() -> None:
    journal = recorded()
    kinds = {"observed", "decided", "first_token", "fell_back", "renewed", "cached_tokens", "failed", "answered", "finished", "updated"}
    assert set(entries(journal)) == kinds
    player = Player(Router(TIERS))
    for entry in json.loads(json.dumps(journal)):
        if entry["entry"] == "updated":
            player.update(Router(TIERS))
        player.play(entry)


def test_a_function_gets_the_same_entries() -> None:
    got: list[dict[str, Any]] = []
    router = made(journal=got.append)
    router.decide(GOLD, now=3)
    assert entries(got) == ["observed"] * 3 + ["decided"] and got[-1]["decision"]["now"] == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda entry: entry["request"].update(model="other"), "RP0001"),
        (lambda entry: entry["decision"].update(state_version=99), "RP0002"),
        (lambda entry: entry["decision"]["answer"]["route"].update(route="default/other"), "RP0003"),
        (lambda entry: (entry.clear(), entry.update(entry="finished", ticket=7)), "RP0005"),
    ],
)
def test_what_comes_out_differently_is_told(change: Any, code: str) -> None:
    journal = recorded()
    player = Player(Router(TIERS))
    for entry in journal[:3]:
        player.play(entry)
    change(journal[3])
    with pytest.raises(Divergence) as diverged:
        player.play(journal[3])
    assert diverged.value.code == code


@pytest.mark.parametrize("entry", [7, {}, {"entry": "moon"}, {"entry": "finished"}, {"entry": "finished", "ticket": "a"}])
def test_what_is_no_entry_is_refused(entry: Any) -> None:
    with pytest.raises(EventError):
        Player(Router(TIERS)).play(entry)


def test_a_journal_that_raises_or_asks_its_router_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: lost.append(str(told.exc_value)))
    routers: list[Router] = []

    def journal(entry: dict[str, Any]) -> None:
        if routers:
            routers[0].decide(GOLD)
            raise ValueError("disk full")

    router = made(journal=journal)
    routers.append(router)
    assert router.decide(GOLD).ok
    assert len(lost) == 2 and "asked its own router" in lost[0] and lost[1] == "disk full"
    ticket = routed(router)
    ticket.finish()
    assert sum(each["in_flight"] for each in router.endpoints()) == 0


def test_a_ticket_that_ends_within_its_own_journal_ends() -> None:
    tickets: list[Ticket] = []

    def journal(entry: dict[str, Any]) -> None:
        if entry["entry"] == "first_token":
            tickets[0].finish()
            assert tickets[0].fall_back() is None

    router = made(journal=journal)
    tickets.append(routed(router))
    tickets[0].first_token(1)
    assert sum(each["in_flight"] for each in router.endpoints()) == 0


def test_a_shadow_counts_and_moves_nothing() -> None:
    router = made(strategy="round_robin")
    shadow = Shadow(Router(TIERS, strategy="least_request"))
    for _ in range(6):
        live = router.decide(GOLD)
        assert shadow.compare(router, {"headers": GOLD}, live).ok
    refused = router.decide({})
    answer = shadow.compare(router, {"headers": {}}, refused)
    assert not answer.ok and answer.reason == "no_rule"
    with routed(router) as ticket:
        shadow.compare(router, {"headers": GOLD}, ticket)
    report = shadow.report()
    assert report["requests"] == report["agreed_on_backend"] == 8 and report["endpoints"]["no_rule"] == {"live": 1, "shadow": 1}
    assert sum(count["live"] for count in report["endpoints"].values()) == 8
    assert sum(each["in_flight"] for each in router.endpoints()) == 0
    with pytest.raises(RequestError):
        shadow.compare(router, {"headers": GOLD}, 7)  # type: ignore[arg-type]
    with pytest.raises(RequestError):
        shadow.compare(router, {"moon": 1}, refused)  # type: ignore[typeddict-unknown-key]
