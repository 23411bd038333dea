"""Several threads decide while others observe and publish plans: every decision is true of some state that there was."""

from __future__ import annotations

import sys
import threading

from conftest import POOL, documents, report, route, rule
from inferroute import Router

FIRST = documents(route(rule("x-first", "1"), name="first"), POOL)
SECOND = documents(route(rule("x-a", "0"), rule("x-second", "1"), name="second"), POOL)


def run(*bodies, seconds: float = 1.0) -> None:
    stop, failures = threading.Event(), []

    def guarded(body):
        try:
            while not stop.is_set():
                body()
        except BaseException as error:
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=guarded, args=(body,)) for body in bodies]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        stop.wait(seconds)
        stop.set()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not failures, failures


class Slow:
    """A mapping whose items are made one at a time, by code that lets other threads in."""

    def items(self):
        for name in ["accept", "x-first", "x-second"]:
            yield name, "1"


def test_deciding_while_plans_and_endpoints_change():
    router = Router(FIRST, seed=1)
    report(router, "vllm-0", "vllm-1")
    counts = {"first": 0, "second": 0}

    def decide():
        for headers in [{"X-First": "1", "x-second": "1"}, [(b"x-second", b"1"), (b"x-first", b"1")], Slow()]:
            decision = router.decide(headers, model="m")
            assert decision.ok, decision
            assert (decision.route, decision.rule) in [("default/first", 0), ("default/second", 1)], decision
            assert decision.endpoint in ("default/vllm-0", "default/vllm-1") and decision.address.endswith(":8000")
            assert router.explain(headers).outcome.startswith("default/")
            counts[decision.route.split("/")[1]] += 1

    def ticket():
        with router.route(Slow()) as ticket:
            assert ticket.decision.model is None

    def update():
        router.update(SECOND)
        router.update(FIRST)

    def observe():
        router.observe({"event": "endpoint_gone", "name": "vllm-1"})
        report(router, "vllm-0", "vllm-1")

    run(decide, decide, ticket, update, observe)
    assert min(counts.values()) > 0, counts
    assert all(endpoint["in_flight"] == 0 for endpoint in router.endpoints())


def test_values_outlive_their_state_in_other_threads():
    router = Router(FIRST)
    report(router, "vllm-0")
    kept: list = []

    def make():
        kept.append(router.decide({"x-first": "1"}))
        kept.append(router.route({"x-first": "1"}))

    def drop():
        if kept:
            value = kept.pop()
            assert value.ok and (value if hasattr(value, "endpoint") else value.decision).endpoint == "default/vllm-0"

    run(make, drop, drop, lambda: router.update(FIRST), seconds=0.5)
    kept.clear()
    assert router.endpoints()[0]["in_flight"] == 0


def test_compiling_lets_other_threads_run():
    text = documents(route(*(rule("x-tier", str(n)) for n in range(5000))), POOL)
    router = Router(FIRST)
    report(router, "vllm-0")
    done, decided = threading.Event(), 0

    def load():
        router.update(text)
        done.set()

    thread = threading.Thread(target=load)
    thread.start()
    while not done.is_set():
        router.decide({"x-first": "1"})
        decided += 1
    thread.join()
    assert decided > 1000
