"""What a decision costs from Python, beside what it costs without: `make bench-bindings`.

100 rules, each an exact match of `x-tenant` into a pool of 64 endpoints. Each round runs every scenario here and, without a binding, in `native_decide`.
Shown are medians over the rounds, and of the differences within a round, of the time that the processes ran. They go to target/bench/summary.json under
`python/<scenario>` and `native/<scenario>`.
"""

import json
import platform
import statistics
import subprocess
import sys
import time
import timeit
from array import array
from pathlib import Path
from typing import NamedTuple

import inferroute

RULES = 100
ENDPOINTS = 64
BATCH = 100
ROUNDS = 25
CALLS = 20_000
ROOT = Path(__file__).resolve().parent.parent
NATIVE = ROOT / "target/release/native_decide"
SUMMARY = ROOT / "target/bench/summary.json"


def manifests() -> str:
    rules = "".join(
        f"    - matches: [{{headers: [{{name: x-tenant, value: tenant-{n}}}]}}]\n"
        f"      backendRefs: [{{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}}]\n"
        for n in range(RULES)
    )
    return (
        "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: chat}\nspec:\n  rules:\n" + rules
        + "---\napiVersion: inference.networking.k8s.io/v1\nkind: InferencePool\nmetadata: {name: gpus}\n"
        "spec: {selector: {matchLabels: {app: vllm}}, targetPorts: [{number: 8000}]}\n"
    )


def router(*, strategy: str | None = None, scheduling: inferroute.Scheduling | None = None) -> inferroute.Router:
    router = inferroute.Router(manifests(), seed=1, strategy=strategy, scheduling=scheduling)
    endpoints = [
        {"name": f"vllm-{n}", "address": f"10.0.0.{n + 1}", "labels": {"app": "vllm"}} for n in range(ENDPOINTS)
    ]
    router.observe({"event": "endpoints_replaced", "endpoints": endpoints})
    return router


HEADERS = {
    "host": "api.example.com",
    "user-agent": "OpenAI/Python 2.8.0",
    "accept": "application/json",
    "content-type": "application/json",
    "content-length": "5120",
    "authorization": "Bearer sk-0123456789abcdef0123456789abcdef",
    "x-request-id": "0b2c6a4e-5a3f-4d0e-9d3e-5a1f0a4b2c6a",
    "x-stainless-lang": "python",
    "accept-encoding": "gzip, deflate",
    "x-tenant": "tenant-57",
}
PAIRS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class Scenario(NamedTuple):
    id: str
    what: str
    statement: str
    # The scenario of `native_decide` that does the same.
    native: str | None = None
    # How many decisions a call makes.
    size: int = 1
    # How much fewer calls a round makes, because each takes longer.
    fewer: int = 1


SCENARIOS = [
    Scenario("no_headers", "no headers, no route", "r.decide(none)"),
    Scenario("dict_1", "dict of 1 header", "r.decide(one)"),
    Scenario("dict_10", "dict of 10 headers", "r.decide(headers)", "decide"),
    Scenario("dict_10_model", "with model", "r.decide(headers, model='mistral')", "decide_model"),
    Scenario("dict_10_address", "and .address is read", "r.decide(headers).address", "decide"),
    Scenario("pairs_10", "list of 10 pairs of bytes", "r.decide(pairs)", "decide"),
    Scenario("route_finish", "route and finish", "r.route(headers).finish()", "route_finish"),
    Scenario("to_dict", "to_dict", "r.decide(headers).to_dict()", fewer=10),
    Scenario("explain", "explain", "r.explain(headers)", fewer=100),
    Scenario("decide_many_100", "one of 100 at once, decide_many", "r.decide_many(many)", "decide_many", BATCH, 100),
    Scenario(
        "route_many_100", "one of 100 at once, route_many and finish",
        "for ticket in r.route_many(many): ticket.finish()", "route_many_finish", BATCH, 100,
    ),
    Scenario("default", "the default strategy, of endpoints that told nothing", "default.decide(headers)", "default", 1, 10),
    Scenario("queue", "queue-scorer", "queue.decide(headers)", "queue", 1, 10),
    Scenario("tokens_8192", "prefix-cache-scorer, 8,192 token ids in an array", "prefix.decide(headers, prompt=tokens)", "tokens_8192", 1, 100),
    Scenario("text_32k", "prefix-cache-scorer, 32 KiB of str", "prefix.decide(headers, prompt=text)", "text_32k", 1, 100),
    Scenario("python_scorer", "a scorer of Python", "own.decide(headers)", fewer=100),
]


def names() -> dict[str, object]:
    """What the statements refer to."""
    own = inferroute.Scorer("own", lambda request, endpoints: [1 / (1 + endpoint.in_flight) for endpoint in endpoints])
    scorers = {"prefix": "prefix-cache-scorer", "queue": "queue-scorer", "own": own}
    routers = {name: router(scheduling=inferroute.Scheduling.of(inferroute.Profile(name).scorer(scorer))) for name, scorer in scorers.items()}
    by_chance = router(strategy="two_choice")
    assert by_chance.decide(HEADERS).ok and by_chance.decide(PAIRS).ok
    # As requests come: each a dict of its own.
    many = [{"headers": dict(HEADERS)} for _ in range(BATCH)]
    return {
        "r": by_chance, "default": router(), **routers,
        "headers": HEADERS, "pairs": PAIRS, "one": {"x-tenant": "tenant-57"}, "none": {}, "many": many,
        "tokens": array("I", range(8192)), "text": "abcd" * 8192,
    }


def native() -> dict[str, float]:
    """Nanoseconds of one round without a binding."""
    scenario = {"manifests": manifests(), "endpoints": ENDPOINTS, "headers": list(HEADERS.items()), "batch": BATCH, "calls": CALLS}
    ran = subprocess.run([NATIVE], input=json.dumps(scenario), capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def save(figures: dict[str, float]) -> None:
    known = json.loads(SUMMARY.read_text()) if SUMMARY.exists() else {}
    SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    SUMMARY.write_text(json.dumps(known | figures, indent=2, sort_keys=True) + "\n")


def main() -> None:
    if not NATIVE.exists():
        sys.exit("first: cargo build --release --package inferroute-benches --bin native_decide")
    known = names()
    empty = timeit.Timer("pass", timer=time.process_time)
    timers = [timeit.Timer(scenario.statement, timer=time.process_time, globals=known) for scenario in SCENARIOS]
    calls = [CALLS // scenario.fewer for scenario in SCENARIOS]
    for timer, count in zip(timers, calls):
        timer.timeit(count)
    natives, wholes = [], []
    for _ in range(ROUNDS):
        loop = empty.timeit(CALLS) / CALLS
        natives.append(native())
        wholes.append([
            (timer.timeit(count) / count - loop) * 1e9 / scenario.size
            for scenario, timer, count in zip(SCENARIOS, timers, calls)
        ])
    print(f"inferroute {inferroute.__version__}, Python {platform.python_version()}, {platform.machine()}")
    print(f"{RULES} rules, {ENDPOINTS} endpoints, two_choice where nothing else is said; medians of {ROUNDS} rounds, ns a decision")
    print(f"{'':<56}{'Python':>9}{'native':>9}{'more':>9}{'times':>7}")
    figures = {}
    for index, scenario in enumerate(SCENARIOS):
        whole = [figure[index] for figure in wholes]
        line = f"{scenario.what:<56}{statistics.median(whole):>9.0f}"
        figures[f"python/{scenario.id}"] = statistics.median(whole)
        if scenario.native is not None:
            alone = [figure[scenario.native] for figure in natives]
            more = statistics.median(here - there for here, there in zip(whole, alone))
            times = statistics.median(here / there for here, there in zip(whole, alone))
            line += f"{statistics.median(alone):>9.0f}{more:>9.0f}{times:>7.2f}"
            figures[f"native/{scenario.native}"] = statistics.median(alone)
            figures[f"python/{scenario.id}/more"] = more
        print(line)
    save({name: round(figure, 1) for name, figure in figures.items()})


if __name__ == "__main__":
    main()
