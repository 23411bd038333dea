"""Paths, methods, gateways and bodies of requests; fallbacks, mutations and redirects of answers."""

from __future__ import annotations

import json

import pytest

from conftest import POOL, documents, report
from inferroute import Attempt, ManifestError, NoRoute, OptionError, RequestError, Router

ROUTES = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: public}]
  rules:
    - matches: [{path: {value: /v1}, method: POST}]
      filters:
        - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-by, value: us}], remove: [cookie]}}
        - {type: URLRewrite, urlRewrite: {hostname: inner, path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}}}
      backendRefs:
        - {group: inference.networking.k8s.io, kind: InferencePool, name: gpus, weight: 9}
        - {name: spare, port: 80, weight: 1, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-spare, value: "1"}]}}]}
    - matches: [{path: {value: /old}}]
      filters:
        - type: RequestRedirect
          requestRedirect: {scheme: https, hostname: new.example, port: 8443, statusCode: 301, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}
"""
MODELS = """
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: models}
spec: {rules: [{matches: [{headers: [{name: x-ai-eg-model, value: mistral}]}], backendRefs: [{name: m}]}]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: m}
spec: {schema: {name: OpenAI}, backendRef: {name: m, port: 443}}
"""
BODY = b'{"model": "mistral", "messages": []}'
CHAT = "/v1/chat/completions"


@pytest.fixture
def web() -> Router:
    router = Router(documents(ROUTES, POOL), seed=3)
    report(router, "vllm-0", "vllm-1", "vllm-2", "vllm-3")
    return router


def ask(router: Router, **changes):
    return router.decide({}, **{"path": "/v1/chat?x=1", "method": "POST", **changes})


def test_path_and_method_are_looked_at(web):
    assert ask(web).ok
    assert not ask(web, method="GET") and not ask(web, path="/v2") and not web.decide({})
    assert web.route({}, path="/v1", method="POST").decision.rule == 0
    assert web.explain({}, path="/v1", method="POST").outcome.startswith("default/web")


def test_gateways(web):
    assert ask(web, gateway="default/public").ok and ask(web, gateway="default/public", port=80).ok
    assert not ask(web, gateway="default/private")


def test_the_path_is_rewritten(web):
    decision = ask(web)
    assert decision.rewritten_path == "/v2/chat?x=1"
    assert decision.mutations["path"] == {"prefix": "/v2"} and decision.mutations["hostname"] == "inner"
    assert decision.mutations["request_headers"] == [{"set": ["x-by", "us"]}, {"remove": "cookie"}]


def test_without_changes_mutations_are_empty_and_the_path_is_the_clients(router):
    plain = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "plain"}}
    decision = Router(json.dumps({**plain, "spec": {"rules": [{"backendRefs": [{"name": "a", "port": 80}]}]}})).decide({}, path="/a?b")
    assert decision.mutations == {} and decision.rewritten_path == "/a?b"
    assert router.decide({"x-tier": "gold"}).rewritten_path == "/"


def test_fallbacks(web):
    decision = next(d for d in (ask(web, seed=seed, model="m") for seed in range(99)) if d.pool)
    assert [type(next) for next in decision.fallbacks] == [Attempt] * 3
    *members, spare = decision.fallbacks
    assert len({decision.endpoint, *(next.endpoint for next in members)}) == 3
    assert {(next.pool, next.model, next.model_override) for next in members} == {("default/gpus", "m", None)}
    assert (spare.backend.kind, spare.backend.name, spare.pool) == ("Service", "spare", None)
    assert spare.address == "spare.default.svc.cluster.local:80"
    assert spare.mutations["request_headers"][-1] == {"set": ["x-spare", "1"]} and members[0].mutations == decision.mutations
    assert [next.endpoint for next in decision.fallbacks] == [next["endpoint"] for next in decision.to_dict()["fallbacks"]]
    again = ask(web, seed=decision.seed, model="m")
    assert again == decision and again.fallbacks == decision.fallbacks and len({*again.fallbacks, *decision.fallbacks}) == 3
    assert decision.fallbacks[0] != decision.fallbacks[1]
    with pytest.raises(AttributeError):
        spare.endpoint = "other"
    del decision, again, members
    assert spare.endpoint.startswith("default/spare")


def test_the_number_of_fallback_endpoints(web):
    text = documents(ROUTES, POOL)
    for count, expected in [(0, 0), (1, 1), (99, 3)]:
        web.update(text, fallback_endpoints=count)
        decision = next(d for d in (ask(web, seed=seed) for seed in range(99)) if d.pool)
        assert len([next for next in decision.fallbacks if next.pool]) == expected
    for wrong in [-1, True, "2", 1.5]:
        with pytest.raises(OptionError, match="fallback_endpoints must be an int from 0"):
            Router(text, fallback_endpoints=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("option", "value"), [("strict", 1), ("catch_all", "yes"), ("envoy_gateway", 0), ("mesh", 1), ("invalid_backend_refs", "thaw"), ("invalid_backend_refs", 1),
    ("extension_filters", "example.com/Wasm"), ("extension_filters", 1), ("extension_filters", [1]), ("extension_filters", ["Wasm"]), ("unknown_model", "refuse"), ("unknown_model", True)]
)
def test_options_that_cannot_be(option, value):
    with pytest.raises(OptionError, match=option) as refused:
        Router(ROUTES, **{option: value})
    assert refused.value.code == "OP0002"


def test_strict_refuses_what_an_api_server_would():
    text = POOL.replace("number: 8000", "number: 8000}, {number: 8000")
    router = Router(text)
    with pytest.raises(ManifestError) as refused:
        router.update(text, strict=True)
    assert "RT0401" in {problem.code for problem in refused.value.problems}


def test_objectives(web):
    objective = {"apiVersion": "inference.networking.x-k8s.io/v1alpha2", "kind": "InferenceObjective", "metadata": {"name": "batch"}}
    web.update(documents(ROUTES, POOL, json.dumps({**objective, "spec": {"priority": -5, "poolRef": {"name": "gpus"}}})))
    assert ask(web).priority == 0 and ask(web, objective="default/none").priority == 0
    found = {d.priority for d in (ask(web, objective="default/batch", seed=seed) for seed in range(50)) if d.pool}
    assert found == {-5}
    with pytest.raises(RequestError, match="objective must be `namespace/name`"):
        ask(web, objective="batch")


def test_a_redirect_says_where(web):
    answer = ask(web, path="/old/a?b=c", method="GET")
    assert isinstance(answer, NoRoute) and (answer.status, answer.reason) == (301, "redirect")
    assert answer.location == {"scheme": "https", "hostname": "new.example", "port": 8443, "path": "/new/a?b=c"}
    assert answer.to_dict()["location"] == answer.location
    assert ask(web, path="/none").location is None


SHOP = """
{apiVersion: v1, kind: Service, metadata: {name: echo, namespace: shop}, spec: {ports: [{port: 80}, {port: 8080}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  parentRefs: [{group: "", kind: Service, name: echo, port: 80}]
  rules: [{filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: closed}}]}]
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: HTTPRouteFilter
metadata: {name: closed, namespace: shop}
spec: {directResponse: {statusCode: 503, contentType: text/plain, body: {type: Inline, inline: Closed}}}
"""


def test_a_rule_may_answer_by_itself():
    answer = Router(SHOP, mesh=True).decide({}, host="echo", client_namespace="shop")
    assert isinstance(answer, NoRoute) and (answer.status, answer.reason, answer.route) == (503, "direct_response", "shop/r")
    assert answer.direct_response == {"status": 503, "content_type": "text/plain", "headers": [], "body": "Closed"}
    assert answer.to_dict()["direct_response"] == answer.direct_response and answer.location is None
    assert Router(SHOP).decide({}, host="echo", client_namespace="shop").direct_response is None


def test_a_request_within_a_mesh(web):
    router = Router(SHOP, mesh=True)
    for ask in [router.decide, lambda *a, **k: router.route(*a, **k).decision]:
        straight = ask({}, host="echo.shop", client_namespace="other", port=8080)
        assert (straight.route, straight.address) == ("shop/echo", "echo.shop.svc.cluster.local:8080")
    assert "shop/echo rule 0" in str(router.explain({}, host="echo:8080", client_namespace="shop"))
    router.update(SHOP, mesh=False)
    assert router.decide({}, host="echo:8080", client_namespace="shop").reason == "no_rule"


def test_a_pool_that_the_gateway_chose():
    router = Router(POOL, seed=1)
    report(router, "a")
    for ask in [router.decide, lambda *a, **k: router.route(*a, **k).decision, lambda headers, **k: router.decide_many([{"headers": headers, **k}])[0]]:
        chosen = ask({}, pool="default/gpus")
        assert (chosen.route, chosen.rule, chosen.pool, chosen.address) == ("default/gpus", 0, "default/gpus", "10.0.0.1:8000")
    assert str(router.explain({}, pool="default/gpus")).startswith("default/gpus rule 0 -> InferencePool default/gpus -> default/a")
    missing = router.decide({}, pool="default/cpus")
    assert (missing.status, missing.reason, missing.route) == (500, "backend_not_found", None)
    assert router.decide({}).reason == "no_rule"


def test_extension_filters_may_be_the_hosts():
    filters = "filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: Wasm, name: w}}]"
    manifest = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n  rules:\n  - " + filters
    manifest += "\n    backendRefs: [{name: s, port: 80}]\n"
    assert Router(manifest).decide({}).reason == "bad_filter"
    answer = Router(manifest, extension_filters=["example.com/Wasm"]).decide({})
    assert answer.mutations["extensions"] == [{"group": "example.com", "kind": "Wasm", "namespace": "default", "name": "w"}]


def test_the_backend_that_led_nowhere_is_named(router):
    assert router.decide({"x-tier": "tin"}).backend is None
    empty = Router(documents(ROUTES.replace("weight: 1,", "weight: 0,"), POOL)).decide({}, path="/v1", method="POST")
    assert empty.reason == "pool_empty" and str(empty.backend) == "InferencePool default/gpus"


@pytest.mark.parametrize("body", [BODY, bytearray(BODY), memoryview(BODY), BODY.decode()], ids=lambda body: type(body).__name__)
def test_the_model_is_read_from_the_body(body):
    router = Router(MODELS)
    assert router.decide({}, path=CHAT, body=body).model == "mistral"
    assert router.decide({}, path="/any", content_type="application/json", body=body).ok
    assert router.route({}, path=CHAT, body=body).decision.model == "mistral"
    assert router.explain({}, path=CHAT, body=body).outcome.startswith("default/models")
    assert not router.decide({}, path="/any", body=body), "nothing says that this is JSON"
    assert not router.decide({}, model="other", path=CHAT, body=body), "a model that is given comes first"


def test_bodies_that_cannot_be_read():
    router = Router(MODELS)
    for body, code in [(b'{"model": 1}', "BD"), (b"{", "BD0005"), (b'{"model": "a",}', "BD0002")]:
        with pytest.raises(RequestError) as refused:
            router.decide({}, path=CHAT, body=body)
        assert refused.value.code.startswith(code) and "line 1" in str(refused.value)
    with pytest.raises(RequestError, match="body must be bytes, bytearray, memoryview, str or None, not list"):
        router.decide({}, path=CHAT, body=[BODY])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ({"path": b"/"}, "RQ0001", "path must be str or None, not bytes"),
        ({"method": 1}, "RQ0001", "method must be str or None, not int"),
        ({"gateway": 1}, "RQ0001", "gateway must be str or None, not int"),
        ({"gateway": "public"}, "RQ0004", "gateway must be `namespace/name`"),
        ({"gateway": "a/b/c"}, "RQ0004", "gateway must be `namespace/name`"),
        ({"gateway": "a/b", "port": "80"}, "RQ0001", "port must be int or None, not str"),
        ({"gateway": "a/b", "port": 70000}, "RQ0003", "port goes from 1 to 65535"),
        ({"gateway": "a/b", "port": 0}, "RQ0003", "port goes from 1 to 65535"),
        ({"port": 80}, "RQ0004", "name the gateway or client_namespace too"),
        ({"gateway": "a/b", "client_namespace": "a"}, "RQ0004", "not both"),
        ({"pool": 1}, "RQ0001", "pool must be str or None, not int"),
        ({"client_namespace": 1}, "RQ0001", "client_namespace must be str or None, not int"),
        ({"path": "/\udc80"}, "RQ0002", "lone surrogates"),
        ({"body": b"{}", "content_type": 1}, "RQ0001", "content_type must be str or None, not int"),
    ],
)
def test_wrong_arguments(web, arguments, code, message):
    for call in [web.decide, web.route, web.explain]:
        with pytest.raises(RequestError, match=message) as refused:
            call({}, **arguments)
        assert refused.value.code == code


def test_the_body_that_an_endpoint_gets() -> None:
    manifests = """
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  rules:
    - backendRefs:
        - {name: one, modelNameOverride: llama}
        - {name: two, priority: 1, bodyMutation: {remove: [user]}}
""" + "".join(
        f"""---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {{name: {name}}}
spec: {{schema: {{name: OpenAI}}, backendRef: {{name: {name}, port: 443}}}}
"""
        for name in ("one", "two")
    )
    decision = Router(manifests).decide({}, model="fast")
    assert decision.ok
    sent = b'{"seed": 12345678901234567890, "model" : "fast", "user": "u", "n": 1.0}'
    for body in (sent, sent.decode(), bytearray(sent), memoryview(sent)):
        assert decision.rewritten_body(body) == sent.replace(b"fast", b"llama")
        assert decision.fallbacks[0].rewritten_body(body) == sent.replace(b'"user": "u", ', b"")
    assert decision.rewritten_body(b"") == b""
    with pytest.raises(RequestError) as caught:
        decision.rewritten_body(b"[1]")
    assert caught.value.code.startswith("BD") and "the body" in str(caught.value)
    with pytest.raises(RequestError, match="body must be bytes"):
        decision.rewritten_body(7)  # type: ignore[arg-type]
    form = b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nfast\r\n--b--\r\n'
    for attempt, expected in ((decision, form.replace(b"fast", b"llama")), (decision.fallbacks[0], form)):
        assert attempt.rewritten_body(form, "multipart/form-data; boundary=b") == expected
        assert attempt.rewritten_body(form, content_type="multipart/form-data; boundary=b") == expected
    with pytest.raises(RequestError, match="needs a boundary"):
        decision.rewritten_body(form, "multipart/form-data")
    with pytest.raises(RequestError, match="content_type"):
        decision.rewritten_body(form, 7)  # type: ignore[arg-type]
