"""Cases of one plugin of an endpoint picker: endpoints in, and who stays, what they score, who is picked, or which model is asked for.

Each case becomes a pool of its endpoints, behind a route that takes everything, with a profile of that plugin alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from inferroute import Explanation, Plugin, Profile, Router, Scheduling, ScoredEndpoint, ScoredRequest, Scorer

from .case import Case

KNOWN_EXPECT = {"scores", "tolerance", "endpoints", "tie_break_first", "ips", "target_model_in"}
KNOWN_REQUEST = {"headers", "model", "initial_target", "filter_metadata"}
ENDPOINT = {"name", "namespace", "labels", "score", "metrics", "ip", "port"}
METRICS = {"waiting_queue": "waiting", "running_requests": "running", "kv_cache_usage": "kv_usage"}
ADAPTERS = {"active_models": "active", "waiting_models": "waiting", "max_active_models": "max"}
SAMPLES = 50
"""Requests for an expectation that leaves a choice."""

MARK = {"inferroute/case": "yes"}
PORT = 8000
MODEL = "model"
"""What requests ask for that say nothing else."""


def _by_label(config: dict[str, Any]) -> Plugin:
    names = {"label": "label", "valid_values": "validValues", "allow_missing": "allowsNoLabel"}
    return Plugin("by-label", {names[name]: value for name, value in config.items()})


def _header_label(config: dict[str, Any]) -> Plugin:
    return Plugin("header-label-affinity-scorer", {"headerName": config["header"], "labelKey": config["label"]}, weight=1)


PLUGINS: dict[str, Callable[[dict[str, Any]], Plugin]] = {
    "by-label-filter": _by_label,
    "label-selector-filter": lambda config: Plugin("label-selector-filter", config),
    "max-score-picker": lambda config: Plugin("max-score-picker", {"maxNumOfEndpoints": config["max_endpoints"]}),
    "header-label-affinity": _header_label,
    "kv-cache-utilization-scorer": lambda _: Plugin("kv-cache-utilization-scorer", weight=1),
    "lora-affinity-scorer": lambda _: Plugin("lora-affinity-scorer", weight=1),
    "queue-scorer": lambda _: Plugin("queue-scorer", weight=1),
    "running-requests-scorer": lambda _: Plugin("running-requests-size-scorer", weight=1),
}
"""The plugin of each name that cases have; other cases are about what comes before a profile."""
OTHERS = {"subset-candidates", "model-rewrite", "weighted-model-select"}
SKIPPED = {"header-based-testing-filter": "a client may not choose its endpoint by a header"}


def before(case: Case) -> str | None:
    """Why the case cannot be run; None: it can."""
    if case.plugin in SKIPPED:
        return SKIPPED[case.plugin]
    if case.plugin not in PLUGINS and case.plugin not in OTHERS:
        return f"plugin `{case.plugin}` is not known here"
    if case.plugin == "subset-candidates" and case.config.get("subset_filter_disabled"):
        return "whether a proxy's subset hint counts is the host's to say: it passes the hint on or does not"
    unknown = [f"expectation `{name}`" for name in case.expect if name not in KNOWN_EXPECT]
    unknown += [f"request field `{name}`" for request in case.requests for name in request if name not in KNOWN_REQUEST]
    unknown += [f"state `{name}`" for name in case.state if name != "endpoints"]
    unknown += [f"endpoint field `{name}`" for endpoint in _endpoints(case) for name in endpoint if name not in ENDPOINT]
    unknown += [f"metric `{name}`" for endpoint in _endpoints(case) for name in endpoint.get("metrics") or {} if name not in METRICS and name not in ADAPTERS]
    return f"{unknown[0]} is not known here" if unknown else None


def check(case: Case) -> Iterator[str]:
    """What is wrong with the answers to a case."""
    router = Router(_manifests(case), seed=0, fallback_endpoints=7, **_scheduling(case))
    _tell(router, case)
    if not case.requests:
        yield "there is no request"
    for request in case.requests:
        arguments: dict[str, Any] = {"headers": request.get("headers"), "model": request.get("model", MODEL), "subset": _subset(request)}
        explanation = router.explain(**arguments)
        yield from _scores(case, explanation)
        stayed = [endpoint for endpoint in explanation.endpoints if endpoint["removed_by"] is None]
        if "ips" in case.expect:
            yield from _equal("ips", sorted(case.expect["ips"]), sorted(_host(endpoint["address"]) for endpoint in stayed))
        if "endpoints" in case.expect and case.plugin != "max-score-picker":
            yield from _equal("endpoints", sorted(case.expect["endpoints"]), sorted(_name(endpoint["id"]) for endpoint in stayed))
        for _ in range(SAMPLES):
            wrong = list(_decided(case, router, arguments))
            if wrong:
                yield from wrong
                break


def _decided(case: Case, router: Router, arguments: dict[str, Any]) -> Iterator[str]:
    answer = router.decide(**arguments)
    expect = case.expect
    if "target_model_in" in expect:
        found = answer.model if answer.ok else f"no model: {answer!r}"
        if found not in expect["target_model_in"]:
            yield f"model: expected one of {expect['target_model_in']}, found {found}"
    picked = [] if not answer.ok else [_name(answer.endpoint), *(_name(next.endpoint) for next in answer.fallbacks)]
    if "endpoints" in expect and case.plugin == "max-score-picker":
        wanted, tied = list(expect["endpoints"]), expect.get("tie_break_first", 0)
        # Of equal scores either may come first.
        yield from _equal("endpoints", sorted(wanted[:tied]) + wanted[tied:], sorted(picked[:tied]) + picked[tied:])
    elif "endpoints" in expect or "ips" in expect:
        hosts = picked if "endpoints" in expect else [] if not answer.ok else [_host(answer.address)]
        allowed = expect["endpoints"] if "endpoints" in expect else expect["ips"]
        strays = [each for each in hosts if each not in allowed]
        if strays or not picked != (not allowed):
            yield f"picked: expected some of {allowed}, found {hosts}"


def _scores(case: Case, explanation: Explanation) -> Iterator[str]:
    if "scores" not in case.expect:
        return
    tolerance = case.expect.get("tolerance", 1e-9)
    found = {_name(endpoint["id"]): [score["rating"] for score in endpoint["scores"]] for endpoint in explanation.endpoints}
    wanted: dict[str, float | None] = case.expect["scores"]
    yield from _equal("scored endpoints", sorted(wanted), sorted(found))
    for name, rating in wanted.items():
        ratings = found.get(name, [])
        if len(ratings) != 1 or (rating is None) != (ratings[0] is None) or (rating is not None and abs(rating - ratings[0]) > tolerance):
            yield f"score of {name}: expected {rating}, found {ratings}"


def _equal(what: str, wanted: Any, found: Any) -> Iterator[str]:
    if wanted != found:
        yield f"{what}: expected {wanted}, found {found}"


def _endpoints(case: Case) -> list[dict[str, Any]]:
    return case.state.get("endpoints") or []


def _manifests(case: Case) -> list[tuple[str, str]]:
    pool = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": "case"}
    objects: list[dict[str, Any]] = [
        {"apiVersion": "aigateway.envoyproxy.io/v1beta1", "kind": "AIGatewayRoute", "metadata": {"name": "case"}, "spec": {"rules": [{"backendRefs": [pool]}]}},
        {
            "apiVersion": "inference.networking.k8s.io/v1",
            "kind": "InferencePool",
            "metadata": {"name": "case"},
            "spec": {"selector": {"matchLabels": MARK}, "targetPorts": [{"number": PORT}]},
        },
    ]
    config = case.config or {}
    rewrites = config.get("rewrites") or []
    if case.plugin == "weighted-model-select":
        rewrites = [{"name": "case", "rules": [{"models": [], "targets": config["targets"]}]}]
    objects += [_rewrite(each, pool) for each in rewrites]
    return [(f"{number}.json", json.dumps(each)) for number, each in enumerate(objects)]


def _rewrite(rewrite: dict[str, Any], pool: dict[str, str]) -> dict[str, Any]:
    rules = []
    for rule in rewrite["rules"]:
        targets = [{"modelRewrite": target["model"], **({} if target["weight"] is None else {"weight": target["weight"]})} for target in rule["targets"]]
        matches = [{"model": {"type": "Exact", "value": model}} for model in rule["models"]]
        rules.append({"targets": targets, **({"matches": matches} if matches else {})})
    metadata: dict[str, Any] = {"name": rewrite["name"]}
    if "created" in rewrite:
        # Only the order counts.
        seconds = int(rewrite["created"])
        metadata["creationTimestamp"] = f"2020-01-01T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"
    return {
        "apiVersion": "inference.networking.x-k8s.io/v1alpha2",
        "kind": "InferenceModelRewrite",
        "metadata": metadata,
        "spec": {"poolRef": {"group": pool["group"], "name": pool["name"]}, "rules": rules},
    }


def _scheduling(case: Case) -> dict[str, Any]:
    if case.plugin not in PLUGINS:
        return {}
    profile = Profile("case", (PLUGINS[case.plugin](case.config or {}),))
    scores = {endpoint["name"]: endpoint["score"] for endpoint in _endpoints(case) if "score" in endpoint}
    if scores:
        # Ratings go from 0 to 1.
        most = max(scores.values())

        def given(request: ScoredRequest, endpoints: list[ScoredEndpoint]) -> list[float | None]:
            return [scores[_name(endpoint.id)] / most for endpoint in endpoints]

        profile = profile.scorer(Scorer("given-scorer", given), weight=most)
    return {"scheduling": Scheduling.of(profile)}


def _tell(router: Router, case: Case) -> None:
    hinted = [address for request in case.requests for address in (_subset(request) or [])]
    reported = []
    for number, endpoint in enumerate(_endpoints(case)):
        ip = endpoint.get("ip", f"10.9.{number // 250}.{number % 250 + 1}")
        # A case that names no port means the one that is hinted at.
        port = endpoint.get("port") or next((address.rpartition(":")[2] for address in hinted if _host(address) == ip), PORT)
        reported.append({"name": endpoint["name"], "address": f"{ip}:{port}", "labels": {**(endpoint.get("labels") or {}), **MARK}})
    if not reported and case.plugin in OTHERS:
        reported = [{"name": "any", "address": f"10.9.0.1:{PORT}", "labels": MARK}]
    router.observe({"event": "endpoints_replaced", "endpoints": reported})  # type: ignore[typeddict-item]
    for endpoint in _endpoints(case):
        load = _load(endpoint.get("metrics") or {})
        if load:
            router.observe({"event": "load_polled", "endpoint": f"default/{endpoint['name']}", "load": load})  # type: ignore[typeddict-item]


def _load(metrics: dict[str, Any]) -> dict[str, Any]:
    load = {METRICS[name]: value for name, value in metrics.items() if name in METRICS}
    lora = {ADAPTERS[name]: value if name == "max_active_models" else sorted(value) for name, value in metrics.items() if name in ADAPTERS}
    return {**load, **({"lora": lora} if lora else {})}


def _subset(request: dict[str, Any]) -> list[str] | None:
    hint = ((request.get("filter_metadata") or {}).get("envoy.lb.subset_hint") or {}).get("x-gateway-destination-endpoint-subset")
    return hint if isinstance(hint, list) else None


def _host(address: str | None) -> str:
    return (address or "").rpartition(":")[0]


def _name(id: str) -> str:
    return id.rpartition("/")[2]
