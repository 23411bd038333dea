"""Every case of core/tests/vectors/scheduling that a configuration can say, by the rules of the README there. Rust and Node run the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import inferroute

ROOT = Path(__file__).parents[2] / "core" / "tests" / "vectors" / "scheduling"
POOL = "\n---\n".join(
    json.dumps(item)
    for item in [
        {
            "apiVersion": "aigateway.envoyproxy.io/v1beta1",
            "kind": "AIGatewayRoute",
            "metadata": {"name": "r"},
            "spec": {"rules": [{"backendRefs": [{"kind": "InferencePool", "name": "p"}]}]},
        },
        {
            "apiVersion": "inference.networking.k8s.io/v1",
            "kind": "InferencePool",
            "metadata": {"name": "p"},
            "spec": {"selector": {"matchLabels": {"app": "x"}}, "targetPorts": [{"number": 8000}]},
        },
    ]
)
MILLISECOND = 1_000_000
FIELDS = {
    "id", "scorer", "filter", "case", "parameters", "code", "beside", "peer", "endpoints", "told", "request", "now", "seed", "ratings", "kept",
}  # fmt: skip

CASES = [json.loads(line) for path in sorted(ROOT.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]


def config(case: dict[str, Any]) -> str:
    """The EndpointPickerConfig of a profile with the case's plugin. With a peer, another profile has settled on that one before."""
    tested = {"type": case.get("scorer") or case["filter"], "name": "tested", "parameters": case.get("parameters")}
    plugins = [*case.get("beside", []), tested]
    profiles: list[dict[str, Any]] = [{"name": "tested", "plugins": [{"pluginRef": "tested"}]}]
    if "peer" in case:
        parts = {"profiles": {"decode": "peer", "prefill": "tested"}, "deciders": {"prefill": "always-disagg-pd-decider"}}
        plugins += [
            {"type": "label-selector-filter", "name": "peer", "parameters": {"matchLabels": {"name": case["peer"]}}},
            {"type": "max-score-picker", "parameters": {"maxNumOfEndpoints": 1}},
            {"type": "always-disagg-pd-decider"},
            {"type": "disagg-profile-handler", "parameters": parts},
        ]
        profiles.insert(0, {"name": "peer", "plugins": [{"pluginRef": "peer"}, {"pluginRef": "max-score-picker"}]})
    return json.dumps({"apiVersion": "llm-d.ai/v1alpha1", "kind": "EndpointPickerConfig", "plugins": plugins, "schedulingProfiles": profiles})


def asked(request: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in request.items() if name != "blocks"}
    headers = [tuple(pair) for pair in rest.pop("headers", [])]
    prompt = {"prompt": inferroute.PromptBlocks(request["blocks"])} if "blocks" in request else {}
    return {"headers": headers, **rest, **prompt}


def tell(router: inferroute.Router, tickets: dict[str, inferroute.Ticket], at: int, step: dict[str, Any]) -> None:
    if "page" in step:
        report = inferroute.LoadReport.from_prometheus(step["page"]).to_dict()
        router.observe({"event": "load_polled", "endpoint": step["endpoint"], "load": report}, now=at)
    elif "route" in step:
        subset = {e["address"] for e in router.endpoints() if e["id"] == f"default/{step['to']}"} if "to" in step else None
        ticket = router.route(**asked(step["route"]), now=at, subset=subset and subset.pop())
        assert isinstance(ticket, inferroute.Ticket)
        tickets[step.get("as", "")] = ticket
        if "as" not in step:
            tickets.pop("").finish()
    elif "first_token" in step:
        tickets[step["first_token"]].first_token(now=at)
    elif "renew" in step:
        tickets[step["renew"]].renew(now=at)
    elif "finish" in step:
        tickets.pop(step["finish"]).finish()
    elif "drop" in step:
        del tickets[step["drop"]]
    elif "refused" in step:
        assert step["refused"]["value"] == "NaN"
        with pytest.raises(inferroute.EventError) as refused:
            router.observe({**step["refused"], "value": float("nan")}, now=at)
        assert refused.value.code == "EV0000"
    else:
        router.observe(step, now=at)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", [case for case in CASES if "code" not in case], ids=lambda case: case["id"])
def test_plugin_vector(case: dict[str, Any]) -> None:
    assert set(case) <= FIELDS
    router = inferroute.Router(POOL, endpoint_picker_config=config(case), seed=0)
    for number, (name, labels) in enumerate(sorted(case["endpoints"].items())):
        endpoint = {"name": name, "address": f"10.0.0.{number}", "labels": {"app": "x", **labels}}
        router.observe({"event": "endpoint_reported", "endpoint": endpoint})  # type: ignore[typeddict-item]
    tickets: dict[str, inferroute.Ticket] = {}
    for at, step in case.get("told", []):
        tell(router, tickets, at * MILLISECOND, step)
    explained = router.explain(**asked(case.get("request", {})), now=case.get("now", 0) * MILLISECOND, seed=case.get("seed", 0))
    # The profile that runs last has a row for each endpoint, behind those of a profile before it.
    rows = explained.endpoints[-len(router.endpoints()) :]
    if "filter" in case:
        assert sorted(row["id"].removeprefix("default/") for row in rows if row["removed_by"] is None) == case["kept"]
        return
    (ratings,) = [{row["id"].removeprefix("default/"): row["scores"][0]["rating"] for row in rows}]
    assert set(ratings) == set(case["ratings"])
    for name, expected in case["ratings"].items():
        rating = ratings[name]
        assert (rating is None) == (expected is None), name
        assert rating is None or min(max(rating, 0.0), 1.0) == pytest.approx(expected, abs=1e-6), name


def test_most_can_be_said_by_a_configuration() -> None:
    """A few plugins are settings of code; if that becomes most of them, nothing is run here."""
    said = sum("code" not in case for case in CASES)
    assert len(CASES) > 300 and said > 200, f"{said} of {len(CASES)}"
