"""LiteLLM's routing strategies beside inferroute, in one Python process and in turns: part of `make bench-peers`.

Both pick a deployment for a chat request. LiteLLM: `Router.get_available_deployment` with its in-memory cache. inferroute: `Router.decide` with a dict of the
request's model. What LiteLLM also does in that call, and inferroute does not: copy the list of deployments, pass over those in cooldown, look at aliases.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import inferroute  # noqa: E402
import litellm  # noqa: E402

ROUNDS = 15
TURN = 0.02
SIZES = (8, 64, 512)
OUT = Path(__file__).resolve().parents[2] / "target/bench/peers-python.json"
MANIFESTS = """
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  rules:
    - matches: [{headers: [{name: x-ai-eg-model, value: llama}]}]
      backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}]
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: gpus}
spec: {selector: {matchLabels: {app: vllm}}, targetPorts: [{number: 8000}]}
"""
MESSAGES = [{"role": "user", "content": "What is a good name for a cat?"}]


def ours(strategy: str, size: int) -> Callable[[], object]:
    router = inferroute.Router(MANIFESTS, seed=1, strategy=strategy, fallback_endpoints=0)
    endpoints = [{"name": f"vllm-{n}", "address": f"10.0.{n // 256}.{n % 256}", "labels": {"app": "vllm"}} for n in range(size)]
    router.observe({"event": "endpoints_replaced", "endpoints": endpoints})
    headers = {"content-type": "application/json"}
    assert router.decide(headers, model="llama").ok
    return lambda: router.decide(headers, model="llama").address


def theirs(strategy: str, size: int) -> Callable[[], object]:
    deployments = [
        {
            "model_name": "llama",
            "litellm_params": {"model": "openai/llama", "api_key": "none", "api_base": f"http://10.0.{n // 256}.{n % 256}:8000/v1"},
        }
        for n in range(size)
    ]
    router = litellm.Router(model_list=deployments, routing_strategy=strategy)

    def pick() -> object:
        return router.get_available_deployment(model="llama", messages=MESSAGES, request_kwargs={})

    assert pick()["litellm_params"]["api_base"].startswith("http://10.0.")
    return pick


def in_turns(contenders: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Nanoseconds of a call: for each contender those of its turns, in order of size."""
    times = {}
    for who, call in contenders.items():
        call()
        start = time.perf_counter()
        call()
        times[who] = max(1, min(100_000, int(TURN / max(time.perf_counter() - start, 1e-7))))
    turns: dict[str, list[float]] = {who: [] for who in contenders}
    for turn in range(ROUNDS + 1):
        for who, call in contenders.items():
            start = time.perf_counter()
            for _ in range(times[who]):
                call()
            # The first turn warms up.
            if turn > 0:
                turns[who].append((time.perf_counter() - start) / times[who] * 1e9)
    return {who: sorted(values) for who, values in turns.items()}


def main() -> None:
    versions = {"inferroute": inferroute.__version__, "litellm": version("litellm"), "python": sys.version.split()[0]}
    print(f"\n## LiteLLM, in Python\n\n{versions}\n")
    print(f"{'':<12}{'':<36}{'median':>12}{'p10':>12}{'p90':>12}{'of ours':>11}")
    rows = []
    for size in SIZES:
        contenders = {
            "inferroute two_choice": ours("two_choice", size),
            "inferroute default": ours("predicted_completion", size),
            "litellm simple-shuffle": theirs("simple-shuffle", size),
            "litellm least-busy": theirs("least-busy", size),
            "litellm latency-based-routing": theirs("latency-based-routing", size),
        }
        turns = in_turns(contenders)
        base = statistics.median(turns["inferroute two_choice"])
        for who, values in turns.items():
            median, low, high = statistics.median(values), values[len(values) // 10], values[-1 - len(values) // 10]
            print(f"{size:<12}{who:<36}{median / 1e3:>9.2f} us{low / 1e3:>9.2f} us{high / 1e3:>9.2f} us{median / base:>10.1f}x")
            rows.append({
                "group": "Pick one endpoint, in Python", "workload": str(size), "who": who, "median_ns": round(median), "p10_ns": round(low),
                "p90_ns": round(high), "ratio": round(median / base, 2),
            })
    print("\nNot measured: sglang-router and vllm-router. Their wheels hold a Rust gateway that Python can start, but no policy that it can ask:")
    print("only a whole request through a socket could be timed, which says little of a decision.")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"versions": versions, "measured": rows}, indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except PackageNotFoundError as missing:
        sys.exit(f"{missing} is not installed: make bench-peers installs it")
