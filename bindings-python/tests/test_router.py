"""What the router takes and gives."""

from __future__ import annotations

import gc
import json
import sys
from collections import OrderedDict
from types import MappingProxyType

import pytest

import inferroute
from conftest import BACKEND, POOL, TIERS, TO_POOL, documents, report, route, rule
from inferroute import Decision, NoRoute, Router


class Multi:
    """Like the header classes of web frameworks: `items()` gives a repeated name repeatedly."""

    def items(self):
        return iter([("x-tier", "a"), ("accept", "*/*"), ("X-TIER", "b")])


@pytest.mark.parametrize(
    "headers",
    [
        {"x-tier": "gold"},
        {"X-Tier": b"gold"},
        {b"x-TIER": b"gold"},
        {"x-tier": ["gold"]},
        {"accept": "*/*", "x-tiar": "no", "x-tier": ("gold",)},
        OrderedDict({"x-tier": "gold"}),
        MappingProxyType({"x-tier": "gold"}),
        [(b"X-Tier", b"gold")],
        [["x-tier", "gold"]],
        (("x-tier", "gold"),),
        iter([("x-tier", "gold")]),
        {"x-tier": "gold"}.items(),
    ],
    ids=lambda headers: type(headers).__name__,
)
def test_headers_in_every_form(router, headers):
    assert router.decide(headers).pool == "default/gpus"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-tier": ["a", "b"]},
        {"x-tier": (b"a", "b")},
        {"x-tier": "a", "X-Tier": "b"},
        {"X-Tier": ["a"], b"x-tier": b"b", "x-tier": []},
        [("x-tier", "a"), ("accept", "x"), (b"X-TIER", b"b")],
        Multi(),
    ],
)
def test_a_header_sent_twice_is_one_value(router, headers):
    decision = router.decide(headers, model="mistral")
    assert (decision.backend_name, decision.model, decision.model_override) == ("openai", "gpt", "gpt")


@pytest.mark.parametrize("headers", [None, {}, [], {"x-tier": []}, {"x-tier": "Gold"}, {"x-tiere": "gold"}])
def test_no_route_is_a_false_value(router, headers):
    answer = router.decide(headers)
    assert isinstance(answer, NoRoute) and not answer and answer.ok is False
    assert (answer.status, answer.reason, answer.route, answer.rule) == (404, "no_rule", None, None)
    assert str(answer) == f"404 no_rule: {answer.message}"
    assert answer.to_dict() == {
        "status": 404, "reason": "no_rule", "message": answer.message, "route": None, "rule": None,
        "location": None, "direct_response": None, "seed": answer.seed,
    }


def test_the_attributes_of_a_decision(router):
    decision = router.decide({"x-tier": "gold"}, model="mistral", seed=3)
    assert isinstance(decision, Decision) and decision and decision.ok is True
    assert (decision.route, decision.rule, decision.rule_name, decision.match_index) == ("default/chat", 0, None, 0)
    assert decision.backend == router.decide({"x-tier": "gold"}).backend
    assert (decision.backend.kind, decision.backend.namespace, decision.backend.name) == ("InferencePool", "default", "gpus")
    assert (decision.backend_kind, decision.backend_namespace, decision.backend_name) == ("InferencePool", "default", "gpus")
    assert str(decision.backend) == "InferencePool default/gpus"
    assert (decision.model, decision.model_override, decision.criticality) == ("mistral", None, None)
    assert (decision.seed, decision.state_version) == (3, router.state_version)
    assert decision.to_dict() == {
        "route": "default/chat", "rule": 0, "backend": {"kind": "InferencePool", "namespace": "default", "name": "gpus"},
        "pool": "default/gpus", "endpoint": decision.endpoint, "address": decision.address, "model": "mistral",
        "fallbacks": [decision.to_dict()["fallbacks"][0]], "mutations": decision.mutations, "seed": 3,
    }
    assert repr(decision).startswith("Decision(route='default/chat', rule=0, backend='InferencePool default/gpus', endpoint='default/vllm-")


def test_values_are_frozen_equal_and_hashable(router):
    first, second = (router.decide({"x-tier": "gold"}, seed=5) for _ in range(2))
    other = router.decide({"x-tier": "gold"}, seed=6)
    assert first == second and hash(first) == hash(second) and first != other and first != "x"
    lost = [router.decide({}, seed=5) for _ in range(2)]
    assert len(set(lost)) == 1 and len({first, second, other}) == 2
    for value, name in [(first, "route"), (lost[0], "status"), (first.backend, "kind"), (router, "seed")]:
        with pytest.raises(AttributeError):
            setattr(value, name, "other")


def test_a_seed_repeats_a_decision(router):
    report(router, *(f"vllm-{n}" for n in range(16)))
    decided = [router.decide({"x-tier": "gold"}) for _ in range(50)]
    assert len({decision.endpoint for decision in decided}) > 5
    for decision in decided:
        assert router.decide({"x-tier": "gold"}, seed=decision.seed) == decision


def test_routers_of_one_seed_decide_alike_and_without_one_do_not():
    def endpoints(seed):
        router = Router(TIERS, seed=seed)
        report(router, *(f"vllm-{n}" for n in range(16)))
        return router.seed, [router.decide({"x-tier": "gold"}).endpoint for _ in range(30)]

    assert endpoints(2**64 - 1) == endpoints(2**64 - 1)
    assert endpoints(None) != endpoints(None)


def test_a_ticket_counts_until_it_is_finished(router):
    in_flight = lambda: sum(endpoint["in_flight"] for endpoint in router.endpoints())
    with router.route({"x-tier": "gold"}, model="m") as ticket:
        assert in_flight() == 1 and ticket.ok and ticket.decision.model == "m"
    assert in_flight() == 0
    ticket.finish()
    ticket.finish()
    other = router.route({"x-tier": "gold"})
    assert in_flight() == 1 and ticket.decision.endpoint
    del other
    gc.collect()
    assert in_flight() == 0
    with pytest.raises(ZeroDivisionError), router.route({"x-tier": "gold"}):
        1 / 0
    assert in_flight() == 0
    assert not router.route({})


def test_explain_tells_the_next_decision_and_changes_nothing(router):
    explained = router.explain({"X-Tier": "gold"}, model="m")
    again = router.explain([("x-tier", "gold")], model="m")
    decision = router.decide({"x-tier": "gold"}, model="m")
    assert explained == again and explained.seed == decision.seed
    assert decision.endpoint in explained.outcome
    assert str(explained).splitlines()[0] == f"{explained.outcome} [seed {explained.seed}]"
    told = explained.to_dict()
    parts = ["outcome", "seed", "sections", "matches", "draws", "endpoints", "nearest_change", "picked", "saturation", "failures"]
    assert list(told) == parts and told["seed"] == decision.seed
    assert told["picked"][-1]["endpoint"] == decision.endpoint and told["failures"] == []
    assert told["matches"][-1]["miss"] is None and all(draw["number"] < draw["below"] for draw in told["draws"])
    assert [section["title"] for section in told["sections"]][0] == "matches, in order of precedence"
    assert "404 no_rule" in str(router.explain(None))


def test_events_change_the_next_decision(router):
    assert [endpoint["id"] for endpoint in router.endpoints() if endpoint["in_flight"] == 0] == [
        "default/openai", "default/vllm-0", "default/vllm-1",
    ]
    version = router.state_version
    router.observe({"event": "in_flight_counted", "endpoint": "default/vllm-0", "count": 3})
    router.observe({"event": "request_started", "endpoint": "default/vllm-0"}, now=1)
    router.observe({"event": "request_finished", "endpoint": "default/vllm-0"})
    assert {e["id"]: e["in_flight"] for e in router.endpoints()}["default/vllm-0"] == 3 and router.state_version == version
    assert {router.decide({"x-tier": "gold"}).endpoint for _ in range(20)} == {"default/vllm-1"}
    router.observe({"event": "endpoint_gone", "name": "vllm-1"})
    assert router.decide({"x-tier": "gold"}).endpoint == "default/vllm-0" and router.state_version == version + 1
    router.observe({"event": "endpoints_replaced", "endpoints": []})
    answer = router.decide({"x-tier": "gold"})
    assert (answer.status, answer.reason, answer.route, answer.rule) == (503, "pool_empty", "default/chat", 0)


def test_update_keeps_counts_and_options():
    router = Router(TIERS, strategy="round_robin", default_namespace="prod")
    report(router, "vllm-0", "vllm-1")
    ticket = router.route({"x-tier": "gold"})
    router.update(documents(route(rule("x-other", "1")), POOL))
    assert router.header_names == ("x-other",) and router.pools == ("prod/gpus",)
    assert not router.decide({"x-tier": "gold"})
    seen = [router.decide({"x-other": "1"}).endpoint for _ in range(4)]
    assert seen == ["prod/vllm-1", "prod/vllm-0"] * 2, "still in turn, and the turn went on"
    assert sum(endpoint["in_flight"] for endpoint in router.endpoints()) == 1
    router.update(TIERS, default_namespace="default", strategy="random")
    assert router.pools == ("default/gpus",) and ticket.decision.endpoint.startswith("prod/")


def test_manifests_in_every_form():
    files = {"route.yaml": route(rule("x-tier", "gold")), "pool.yaml": POOL, "backend.yaml": BACKEND}
    for manifests in [files, list(files.items()), iter(files.items()), MappingProxyType(files), documents(*files.values())]:
        router = Router(manifests, first_match=True, inference_extension=True)
        assert (router.header_names, router.pools, router.warnings) == (("x-tier",), ("default/gpus",), ())
    assert not Router({}).decide({})


def test_warnings_say_where():
    warning, = Router({"a.yaml": route(f"{{backendRefs: [{{name: nobody}}]}}")}).warnings
    assert (warning.code, warning.severity, warning.file, warning.line) == ("RT0301", "info", "a.yaml", 6)
    assert (warning.object, warning.field) == ("AIGatewayRoute chat", "spec.rules[0].backendRefs[0].name")
    assert str(warning).startswith(f"a.yaml:6:{warning.column}: info RT0301: {warning.message}") and warning.help in str(warning)


def test_many_header_names():
    rules = [rule(f"x-header-{n}", "1") for n in range(200)]
    router = Router(documents(route(*rules), POOL))
    report(router, "vllm-0")
    assert len(router.header_names) == 200
    for n in [0, 7, 8, 63, 64, 199]:
        assert router.decide({"accept": "*/*", f"X-Header-{n}": "1"}).rule == n
        assert router.decide([(f"x-header-{n}", b"1")]).rule == n
    assert not router.decide({"x-header-200": "1"})


def test_a_name_as_long_as_a_word_longer_by_64_is_another_name(router):
    assert not router.decide({"x-tier" + "r" * 64: "gold"})


def test_host_and_model():
    hosts = "hostnames: ['*.example.com'], rules: [{matches: [{headers: [{name: x-ai-eg-model, value: m}]}], backendRefs: [{name: openai}]}]"
    text = f"apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {{name: chat}}\nspec: {{{hosts}}}"
    router = Router([("r", text), ("b", BACKEND)])
    assert router.decide({}, model="m", host="API.example.com:443").ok
    assert router.decide({"x-ai-eg-model": "m"}, host="api.example.com").model is None
    assert not router.decide({"x-ai-eg-model": "m"}, model="other", host="api.example.com")
    assert not router.decide({}, model="m")


def test_bytes_that_are_no_text_are_compared_as_bytes(router):
    assert not router.decide({"x-tier": b"\xff\xfe"})
    assert router.decide({"accept-language": "\N{SNOWMAN}", "x-tier": "gold"}).ok


def test_nothing_is_leaked(router):
    model, value = "".join(["mist", "ral"]), "".join(["go", "ld"])
    headers = {"x-tier": [value], "accept": "*/*"}
    before = [sys.getrefcount(thing) for thing in (model, value, headers, headers["x-tier"])]
    for _ in range(100):
        router.decide(headers, model=model)
        router.route(headers, model=model)
        router.explain(headers, model=model)
        router.decide({**headers, "X-Tier": value}, model=model)
    assert [sys.getrefcount(thing) for thing in (model, value, headers, headers["x-tier"])] == before


def test_the_names_of_the_package():
    assert inferroute.STRATEGIES == ("random", "round_robin", "least_request", "two_choice", "predicted_completion")
    assert all(hasattr(inferroute, name) for name in inferroute.__all__)
    assert inferroute.__version__.count(".") == 2 and repr(Router({})) == "<Router: 0 rules, 0 pools, 0 endpoints, state 0>"


def test_diagnostics_are_rendered():
    text = route("{backendRefs: [{name: nobody, wieght: 1}]}")
    found = Router({"a.yaml": text}).warnings
    printed = inferroute.render(found, {"a.yaml": text})
    assert printed.startswith(f"info[RT0301]: {found[0].message}\n --> a.yaml:6:") and "did you mean `weight`?" in printed
    assert inferroute.render(found).count("a.yaml:6:") == 2 and text.splitlines()[5] not in inferroute.render(found)
    assert json.loads(inferroute.render(found, format="json")) == [each.to_dict() for each in found]
    assert json.loads(inferroute.render(found, format="sarif"))["version"] == "2.1.0"
    assert inferroute.render(()) == ""
    with pytest.raises(inferroute.OptionError, match="no format `xml`; choose one of text, json, sarif"):
        inferroute.render(found, format="xml")


def test_published_models():
    rule = "{matches: [{headers: [{name: x-ai-eg-model, value: mistral}]}], modelsOwnedBy: us, modelsCreatedAt: 2025-03-31T08:00:00Z}"
    router = Router(route(rule))
    assert router.published_models() == [{"id": "mistral", "owned_by": "us", "created": "2025-03-31T08:00:00Z"}]
    hosted = Router(route(rule).replace("rules:", "hostnames: [a.example.com]\n  rules:"))
    assert hosted.published_models() == hosted.published_models("b.example.com") == []
    assert [model["id"] for model in hosted.published_models("a.example.com")] == ["mistral"]
    with pytest.raises(inferroute.RequestError):
        hosted.published_models(7)
