"""Nanoseconds per decision from Python: `pip install ./bindings-python && python benches/python_decide.py`.

100 rules, each an exact match of `x-tenant` into a pool of 64 endpoints picked by two_choice. Medians of repeated runs, with the loop's own cost taken off.
"""

import platform
import statistics
import timeit
from array import array

import inferroute

RULES = 100
ENDPOINTS = 64
RUNS = 21
CALLS = 20_000


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


def router(scheduling: inferroute.Scheduling | None = None) -> inferroute.Router:
    router = inferroute.Router(manifests(), seed=1, scheduling=scheduling)
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
ONE = {"x-tenant": "tenant-57"}


def median(statement: str, names: dict[str, object]) -> float:
    timer = timeit.Timer(statement, globals=names)
    calls = CALLS // 20 if any(slow in statement for slow in ("explain", "many", "own", "prompt")) else CALLS
    timer.timeit(calls)
    return statistics.median(timer.timeit(calls) for _ in range(RUNS)) / calls * 1e9


def main() -> None:
    names = {"r": router(), "headers": HEADERS, "pairs": PAIRS, "one": ONE, "none": {}, "many": [{"headers": HEADERS}] * 64}
    names |= {"tokens": array("I", range(8192)), "text": "abcd" * 8192}
    own = inferroute.Scorer("own", lambda request, endpoints: [1 / (1 + endpoint.in_flight) for endpoint in endpoints])
    scorers = {"prefix": "prefix-cache-scorer", "queue": "queue-scorer", "own": own}
    names |= {name: router(inferroute.Scheduling.of(inferroute.Profile(name).scorer(scorer))) for name, scorer in scorers.items()}
    assert names["r"].decide(HEADERS).ok and names["r"].decide(PAIRS).ok
    empty = median("pass", names)
    print(f"inferroute {inferroute.__version__}, Python {platform.python_version()}, {platform.machine()}")
    print(f"{RULES} rules, {ENDPOINTS} endpoints, two_choice; median of {RUNS} runs of {CALLS} calls")
    cases = {
        "no headers, no route": "r.decide(none)",
        "dict of 1 header": "r.decide(one)",
        "dict of 10 headers": "r.decide(headers)",
        "dict of 10 headers, with model": "r.decide(headers, model='mistral')",
        "dict of 10 headers, read .address": "r.decide(headers).address",
        "list of 10 pairs of bytes": "r.decide(pairs)",
        "dict of 10 headers, route and finish": "r.route(headers).finish()",
        "dict of 10 headers, to_dict": "r.decide(headers).to_dict()",
        "dict of 10 headers, explain": "r.explain(headers)",
        "one of 64 at once, decide_many": "r.decide_many(many)",
        "prefix-cache-scorer, 8,192 token ids in an array": "prefix.decide(headers, prompt=tokens)",
        "prefix-cache-scorer, 32 KiB of str": "prefix.decide(headers, prompt=text)",
        "queue-scorer": "queue.decide(headers)",
        "a scorer of Python": "own.decide(headers)",
    }
    for name, statement in cases.items():
        # A call of many counts as many.
        print(f"{name:<50}{(median(statement, names) - empty) / (64 if 'many' in statement else 1):>9.0f} ns")


if __name__ == "__main__":
    main()
