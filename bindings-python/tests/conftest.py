"""The manifests and routers that tests share."""

from __future__ import annotations

import pytest

from inferroute import Router

POOL = """
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: gpus}
spec: {selector: {matchLabels: {app: vllm}}, targetPorts: [{number: 8000}]}
"""
BACKEND = """
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: openai}
spec: {schema: {name: OpenAI}, backendRef: {name: openai, port: 443}}
"""
TO_POOL = "{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}"


def route(*rules: str, name: str = "chat") -> str:
    lines = "".join(f"\n    - {rule}" for rule in rules)
    return f"apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {{name: {name}}}\nspec:\n  rules:{lines}\n"


def rule(header: str, value: str, ref: str = TO_POOL) -> str:
    return f"{{matches: [{{headers: [{{name: {header}, value: '{value}'}}]}}], backendRefs: [{ref}]}}"


def documents(*texts: str) -> str:
    return "\n---\n".join(texts)


TIERS = documents(route(rule("x-tier", "gold"), rule("x-tier", "a,b", "{name: openai, modelNameOverride: gpt}")), POOL, BACKEND)


def report(router: Router, *names: str) -> None:
    for number, name in enumerate(names):
        endpoint = {"name": name, "address": f"10.0.0.{number + 1}", "labels": {"app": "vllm"}}
        router.observe({"event": "endpoint_reported", "endpoint": endpoint})  # type: ignore[typeddict-item]


@pytest.fixture
def router() -> Router:
    router = Router(TIERS, seed=7)
    report(router, "vllm-0", "vllm-1")
    return router
