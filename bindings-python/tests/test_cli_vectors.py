"""``inferroute test`` passes what is right, fails on every expectation that is wrong, and says what it skips."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from conftest import POOL
from inferroute.cli.app import app
from inferroute.cli.vectors.upstream import Fields, without_port

MANIFESTS = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: public}]
  rules:
    - matches: [{path: {value: /v1}}]
      filters:
        - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-by, value: us}], add: [{name: x-more, value: b}], remove: [x-secret]}}
        - {type: ResponseHeaderModifier, responseHeaderModifier: {remove: [server], set: [{name: x-out, value: "1"}]}}
        - {type: URLRewrite, urlRewrite: {hostname: inner, path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}}}
        - {type: RequestMirror, requestMirror: {percent: 10, backendRef: {name: shadow, port: 80}}}
      backendRefs: [{name: web, port: 80}]
    - matches: [{path: {value: /old}}]
      filters: [{type: RequestRedirect, requestRedirect: {scheme: https, hostname: new.example, statusCode: 301}}]
    - matches: [{path: {value: /port}}]
      filters: [{type: RequestRedirect, requestRedirect: {port: 8443}}]
    - matches: [{path: {value: /stay}}]
      filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example}}]
    - matches: [{path: {value: /split}}]
      backendRefs: [{name: a, port: 80, weight: 3}, {name: b, port: 80, weight: 1}]
    - matches: [{path: {value: /half}}]
      backendRefs: [{name: a, port: 80}, {name: odd, kind: ServiceImport, port: 80}]
    - matches: [{path: {value: /pool}}]
      backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}]
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: models}
spec: {rules: [{matches: [{headers: [{name: x-ai-eg-model, value: m}]}], backendRefs: [{name: first, modelNameOverride: n}, {name: second, priority: 1}]}]}
""" + "".join(
    f"---\n{{apiVersion: aigateway.envoyproxy.io/v1beta1, kind: AIServiceBackend, metadata: {{name: {name}}}, "
    f"spec: {{schema: {{name: OpenAI}}, backendRef: {{name: {name}, port: 443}}}}}}\n"
    for name in ["first", "second"]
) + "---" + POOL

SENT = {"X-Secret": "s", "x-more": "a", "x-kept": "k"}
PODS = [
    {"name": "p0", "namespace": "default", "labels": {"app": "vllm"}, "ip": "10.0.0.1", "ports": [8000], "ready": True},
    {"name": "p1", "namespace": "default", "labels": {"app": "vllm"}, "ip": "10.0.0.2", "ports": [8000], "ready": True},
    {"name": "p2", "namespace": "default", "labels": {"app": "vllm"}, "ip": "10.0.0.3", "ports": [8000], "ready": False},
]


def case(name: str, expect: dict[str, Any], state: dict[str, Any] | None = None, **request: Any) -> dict[str, Any]:
    base = {"method": "GET", "host": "conformance.test:80", "gateway": "default/public", "port": 8080, "scheme": "http", "headers": {}}
    found = {"id": name, "cls": "routing", "manifests": ["all.yaml"], "requests": [base | request], "expect": expect, "note": ""}
    return found | ({"state": state} if state else {})


GOOD = [
    case(
        "upstream",
        {
            "status": 200, "backend": "web", "namespace": "default", "backend_kind": "Service", "route": "default/web", "rule": 0,
            "upstream": {
                "method": "POST", "path": "/v2/a?b=c", "host": "inner",
                "headers": {"X-By": "us", "X-More": "a,b", "x-kept": "k"}, "absent_headers": ["x-secret"],
            },
            "mirrors": [{"backend": "shadow", "namespace": "default", "percent": 10}],
            "response_headers": {"x-out": "1", "x-in": "2"},
        },
        path="/v1/a?b=c", method="POST", headers=SENT, backend_response_headers={"server": "s", "x-in": "2"},
    ),
    case("redirect", {"status": [301, 308], "redirect": {"scheme": "https", "host": "new.example", "port": None, "path": "/old/x?y"}}, path="/old/x?y"),
    case("redirect-port", {"status": 302, "redirect": {"scheme": "http", "host": "conformance.test", "port": "8443", "path": "/port"}}, path="/port"),
    case("redirect-listener", {"status": 302, "redirect": {"host": "new.example", "port": 8080}}, path="/stay"),
    case("nowhere", {"status": 404}, path="/none"),
    case("weights", {"status": 200, "distribution": {"a": 0.75, "b": 0.25}, "tolerance": 0.04, "samples": 1500}, path="/split"),
    case("invalid", {"status": 200, "distribution": {"a": 0.5, "(invalid)": 0.5}, "route": "default/web", "rule": 5}, path="/half"),
    case("endpoint", {"status": 200, "endpoint_in": ["10.0.0.1:8000", "10.0.0.2:8000"], "samples": 30}, {"pods": PODS}, path="/pool"),
    case("allowed", {"endpoint": "10.0.0.2:8000", "served_endpoint_report": "10.0.0.2:8000", "samples": 30}, {"pods": PODS, "picker_allow": ["10.0.0.2"]}, path="/pool"),
    case("allowed-port", {"endpoint": "10.0.0.1:8000", "samples": 30}, {"pods": PODS, "picker_allow": ["10.0.0.1:8000"]}, path="/pool"),
    case("nothing-ready", {"status": 503}, {"pods": PODS, "no_ready_endpoints": True}, path="/pool"),
    case("reported", {"endpoint": "e"}, {"endpoints": [{"name": "e", "labels": {"app": "vllm"}, "queue": 3}]}, path="/pool"),
    case("models", {"backend": "first", "model_override": "n"}, path="/", body_model="m"),
    case("fallback", {"backend": "second", "model_override": None}, {"failed_backends": ["first"]}, path="/", body_model="m"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.yaml").write_text(MANIFESTS)
    return tmp_path


def run(*cases: dict[str, Any]) -> Result:
    Path("cases.jsonl").write_text("".join(json.dumps(each) + "\n" for each in cases))
    return CliRunner().invoke(app, ["test", "cases.jsonl"])


def last(done: Result) -> str:
    return done.stdout.splitlines()[-1]


def test_what_is_right_passes() -> None:
    done = run(*GOOD)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [f"routing: {len(GOOD)} passed, 0 failed, 0 skipped", f"{len(GOOD)} passed, 0 failed, 0 skipped"]


def flipped(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return "wrong" if value is None or isinstance(value, str) else value


def flips() -> list[Any]:
    """Every expectation of every good case, made wrong; list items and inner fields one by one."""
    found = []

    def walk(name: str, value: Any, put: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{name}.{key}", inner, lambda new, key=key: put({**value, key: new}))
            return
        if isinstance(value, list):
            if value and isinstance(value[0], dict):
                walk(f"{name}[0]", value[0], lambda new: put([new, *value[1:]]))
                put_empty: Any = []
                found.append((f"{name} empty", put(put_empty)))
                return
            new = ["x-kept"] if name.endswith("absent_headers") else [flipped(each) for each in value]
            found.append((name, put(new)))
            return
        if isinstance(value, float):
            found.append((name, put(value / 2)))
            return
        found.append((name, put(flipped(value))))

    for good in GOOD:
        for key, value in good["expect"].items():
            if key in ("samples", "tolerance"):
                continue

            def put(new: Any, good: dict[str, Any] = good, key: str = key) -> dict[str, Any]:
                wrong = copy.deepcopy(good)
                wrong["expect"][key] = new
                return wrong

            walk(f"{good['id']}.{key}", value, put)
    return [pytest.param(wrong, id=name) for name, wrong in found]


@pytest.mark.parametrize("wrong", flips())
def test_an_expectation_that_is_wrong_fails(wrong: dict[str, Any]) -> None:
    done = run(GOOD[4], wrong)
    assert done.exit_code == 1, f"passed: {wrong['expect']}"
    assert f"FAILED {wrong['id']}\n    " in done.stdout and last(done) == "1 passed, 1 failed, 0 skipped"


@pytest.mark.parametrize(
    "expect",
    [
        {"redirect": {"scheme": "https"}},
        {"upstream": {"protocol": "h2"}},
        {"upstream": {"headers": {"x-none": "1"}}},
        {"mirrors": []},
        {"distribution": {"a": 1.0}},
        {"status": 404, "backend": "web"},
    ],
)
def test_expectations_of_another_kind_of_answer_fail(expect: dict[str, Any]) -> None:
    assert run(case("x", expect, path="/v1")).exit_code == 1


def test_what_must_never_be_chosen_has_no_tolerance() -> None:
    expect = {"distribution": {"a": 0.75, "b": 0}, "tolerance": 0.5}
    assert "share of b: expected 0, found 0.2" in run(case("x", expect, path="/split")).stdout


def test_an_expected_backend_where_there_is_no_route_fails() -> None:
    for expect in [{"backend": "web"}, {"endpoint_in": ["a"]}, {"upstream": {"path": "/none"}}, {"mirrors": []}, {"model_override": None}]:
        done = run(case("x", expect, path="/none"))
        assert done.exit_code == 1 and "found 404 no_rule" in done.stdout


def test_every_request_of_a_case_must_hold() -> None:
    both = case("x", {"status": 200, "backend": "web"}, path="/v1")
    both["requests"].append({**both["requests"][0], "path": "/none"})
    done = run(both)
    assert done.exit_code == 1 and "    request 1: status: expected 200, found 404 no_rule" in done.stdout
    assert run({**both, "requests": []}).exit_code == 1


def test_manifests_that_do_not_load_fail() -> None:
    broken = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "a"}, "spec": {"rules": 1}}
    done = run({**case("x", {"status": 404}, path="/"), "manifests": [], "inline_manifest": broken})
    assert done.exit_code == 1 and "the manifests do not load: inline_manifest:1:" in done.stdout


def test_states_that_cannot_be_fail() -> None:
    done = run(case("x", {"status": 503}, {"pods": [{"name": "p", "ip": "nowhere"}]}, path="/pool"))
    assert done.exit_code == 1 and "EventError EV0001" in done.stdout


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cls": "cors"}, "CORS is answered by the proxy"),
        ({"cls": "tls"}, "the TLS handshake"),
        ({"features": ["SupportBackendTLSPolicy"]}, "TLS towards backends"),
        ({"cls": "picking"}, "plugin `None` is not known here"),
        ({"cls": "picking", "plugin": "header-based-testing-filter"}, "a client may not choose its endpoint by a header"),
        ({"cls": "picking", "plugin": "queue-scorer", "expect": {"moon": 1}}, "expectation `moon` is not known here"),
        ({"cls": "picking", "plugin": "queue-scorer", "state": {"endpoints": [{"name": "a", "metrics": {"moon": 1}}]}, "expect": {"scores": {}}, "requests": [{}]}, "metric `moon` is not known here"),
        ({"state": {"moon": "full"}}, "state `moon` is not known here"),
        ({"requests": [{"moon": "full"}]}, "request field `moon` is not known here"),
        ({"expect": {"status": 404, "moon": "full"}}, "all else holds, but expectation `moon` is not known here"),
    ],
)
def test_what_is_not_there_is_skipped_with_its_reason(change: dict[str, Any], reason: str) -> None:
    done = run(case("x", {"status": 404}, path="/none") | change)
    assert done.exit_code == 0 and f"    skipped 1 of {change.get('cls', 'routing')}: {reason}" in done.stdout
    assert last(done) == "0 passed, 0 failed, 1 skipped"


def test_an_unknown_expectation_hides_no_failure() -> None:
    done = run(case("x", {"status": 200, "moon": "full"}, path="/none"))
    assert done.exit_code == 1 and last(done) == "0 passed, 1 failed, 0 skipped"


def test_validity() -> None:
    pool = {"apiVersion": "inference.networking.k8s.io/v1", "kind": "InferencePool", "metadata": {"name": "p"}, "spec": {}}
    wrong = {"id": "x", "cls": "schema", "inline_manifest": pool, "expect": {"valid": False, "error_contains": ["selector"]}}
    done = run(wrong)
    assert done.exit_code == 0 and last(done) == "1 passed, 0 failed, 0 skipped"
    assert run({**wrong, "expect": {"valid": True}}).exit_code == 1
    assert run({**wrong, "expect": {"valid": False, "error_contains": ["no such words"]}}).exit_code == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "cases.jsonl:2 is no vector"),
        ("[]", "cases.jsonl:2 is no vector"),
        ('{"id": "x"}', "cases.jsonl:2 is no vector"),
        ('{"id": "x", "cls": "c", "expect": {"status": 1}, "moon": 1}', "cases.jsonl:2 is no vector"),
        ('{"id": "x", "cls": "c", "expect": {}}', "cases.jsonl:2 has no expectation"),
        ('{"id": "x", "cls": "c", "expect": {"status": 1}, "manifests": ["none.yaml"]}', "cannot read none.yaml"),
    ],
)
def test_files_that_are_no_vectors_are_wrong_usage(line: str, says: str) -> None:
    Path("cases.jsonl").write_text(json.dumps(GOOD[4]) + "\n" + line + "\n")
    done = CliRunner().invoke(app, ["test", "cases.jsonl"])
    assert done.exit_code == 2 and says in done.stderr, done.output


def test_headers_change_in_order() -> None:
    fields = Fields({"A": ["1", "2"], "b": "3"})
    fields.change([{"add": ["a", "4"]}, {"set": ["B", "5"]}, {"add": ["B", "6"]}, {"remove": "c"}, {"add": ["C", "7"]}])
    assert [fields.get(name) for name in ["a", "b", "c", "d"]] == ["1,2,4", "5,6", "7", None]


@pytest.mark.parametrize(("host", "name"), [("a.b", "a.b"), ("a.b:80", "a.b"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("", "")])
def test_hosts_without_their_port(host: str, name: str) -> None:
    assert without_port(host) == name


GOLDEN = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  rules:
    - matches: [{path: {value: /a}}]
      filters:
        - {type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: gone}}
        - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-by, value: us}]}}
      backendRefs: [{name: service-1, port: 8080}]
    - matches: [{path: {value: /b}}]
      filters:
        - {type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: gone}}
        - {type: Teleport}
      backendRefs: [{name: service-2, port: 8080}]
    - matches: [{path: {value: /c}}]
      backendRefs: [{name: service-9, port: 8080}]
    - matches: [{path: {value: /d}}]
      backendRefs: [{name: service-1, port: 8080, filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /x}}}]}]
"""
REACHED = {"status": 200, "route": "default/r", "rule": 0, "backend": "service-1", "namespace": "default", "upstream": {"headers": {"x-by": "us"}}}


def golden(path: str, expect: dict[str, Any], manifest: str = GOLDEN, **change: Any) -> Result:
    Path("golden.yaml").write_text(manifest)
    return run(case("x", expect, path=path) | {"cls": "golden", "manifests": ["golden.yaml"]} | change)


def test_a_filter_that_a_case_leaves_out_leaves_the_rest_to_compare() -> None:
    done = golden("/a", REACHED)
    assert done.exit_code == 0 and last(done) == "1 passed, 0 failed, 0 skipped"
    assert "    compared in part 1 of golden: no gateway.envoyproxy.io/HTTPRouteFilter is among the manifests" in done.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        {"route": "default/other"},
        {"rule": 1},
        {"backend": "service-2"},
        {"namespace": "other"},
        {"status": 404},
        {"status": 503},
        {"status": [200, 404]},
        {"upstream": {"headers": {"x-by": "them"}}},
    ],
)
def test_what_is_wrong_beside_a_filter_that_is_left_out_fails(wrong: dict[str, Any]) -> None:
    done = golden("/a", REACHED | wrong)
    assert done.exit_code == 1 and last(done) == "0 passed, 1 failed, 0 skipped", done.stdout


def test_a_refusal_by_a_filter_that_is_left_out_is_compared_in_full() -> None:
    refused = {"status": 500, "route": "default/r", "rule": 0}
    done = golden("/a", refused)
    assert done.exit_code == 0 and "in part" not in done.stdout
    assert golden("/a", refused | {"rule": 1}).exit_code == 1
    assert golden("/a", refused | {"backend": "service-1"}).exit_code == 1


def test_another_fault_beside_a_filter_that_is_left_out_fails() -> None:
    assert golden("/b", {"status": 200, "rule": 1}).exit_code == 1


def test_a_filter_is_left_out_only_where_no_other_of_its_kind_is_there() -> None:
    other = "---\n{apiVersion: gateway.envoyproxy.io/v1alpha1, kind: HTTPRouteFilter, metadata: {name: other}, spec: {}}\n"
    assert golden("/a", REACHED, GOLDEN + other).exit_code == 1


def test_golden_cases_have_the_services_of_their_harness() -> None:
    assert golden("/c", {"status": 500, "route": "default/r", "rule": 2}).exit_code == 0
    assert golden("/c", {"status": 200, "rule": 2}).exit_code == 1
    assert golden("/c", {"status": 200, "rule": 2}, cls="routing").exit_code == 0


def test_golden_cases_mean_what_envoy_gateway_makes_of_routes() -> None:
    assert golden("/d", {"status": 500, "rule": 3}).exit_code == 0
    assert golden("/d", {"status": 200, "rule": 3, "upstream": {"path": "/x"}}, cls="routing").exit_code == 0


def test_a_backend_of_a_kind_that_is_left_out_is_compared_by_its_name() -> None:
    manifest = """
{apiVersion: aigateway.envoyproxy.io/v1beta1, kind: AIGatewayRoute, metadata: {name: r}, spec: {rules: [{backendRefs: [{name: b}]}]}}
"""
    expect = {"status": 200, "backend": "b", "backend_kind": "AIServiceBackend", "route": "default/r", "rule": 0}
    done = golden("/", expect, manifest, cls="routing")
    assert done.exit_code == 0 and "compared in part 1 of routing: no AIServiceBackend is among the manifests" in done.stdout
    for wrong in [{"backend": "c"}, {"backend_kind": "InferencePool"}, {"route": "default/s"}, {"rule": 1}, {"status": 404}]:
        assert golden("/", expect | wrong, manifest, cls="routing").exit_code == 1


def test_requests_of_a_mesh() -> None:
    manifest = "{apiVersion: v1, kind: Service, metadata: {name: echo, namespace: shop}, spec: {ports: [{port: 80}]}}"
    requests = [{"host": "echo", "path": "/", "client_namespace": "shop"}]
    assert golden("/", {"status": 200, "backend": "echo", "namespace": "shop"}, manifest, cls="routing", requests=requests).exit_code == 0
    requests[0]["client_namespace"] = "other"
    assert golden("/", {"status": 200, "backend": "echo", "namespace": "shop"}, manifest, cls="routing", requests=requests).exit_code == 1
