"""What a case does not hold: what its class takes for granted, and what it leaves out so that it can tell only a part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from .case import Case

OPTIONS: dict[str, dict[str, Any]] = {"golden": {"envoy_gateway": True}}
"""Options of a class. Golden cases say what Envoy Gateway makes of routes."""

def _service(name: str) -> str:
    return f"{{apiVersion: v1, kind: Service, metadata: {{name: {name}, namespace: default}}, spec: {{ports: [{{name: http, port: 8080}}]}}}}\n"


PRIMARY = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: primary, namespace: inference-conformance-app-backend}
spec:
  parentRefs: [{name: conformance-primary, namespace: inference-conformance-infra}]
  rules: [{backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: primary-inference-pool}]}]
"""
GIVEN = {
    "golden": "---\n".join(map(_service, ["service-1", "service-2", "service-3", "service-4", "mirror-service"])),
    "protocol": PRIMARY,
}
"""Manifests of a class. Envoy Gateway's translator test gives these Services to every one of its cases. Cases of the endpoint picker protocol are about
the primary pool of the Inference Extension's conformance tests and leave out the route to it."""


def sources(case: Case) -> list[tuple[str, str]]:
    """The texts of a case, after those that its class takes for granted: of two objects of one name the later counts."""
    given = [("given", GIVEN[case.cls])] if case.cls in GIVEN and "valid" not in case.expect else []
    return given + case.sources()


def absent_filters(case: Case) -> list[str]:
    """The kinds of extension filters, ``group/Kind``, that rules name and of which the case holds no object at all.

    What such an object holds decides between 200 and 500, so that no answer follows from the case alone: of Envoy Gateway's golden cases, 0198 and
    0199 have one Gateway and routes that are equal but for the names of the route, its path and its filter; the one expects 200, the other 500.
    """
    documents = [document for _, text in case.sources() for document in _documents(text)]
    held = {(str(document.get("apiVersion", "")).rpartition("/")[0], document.get("kind")) for document in documents}
    named = {(filter.get("group", ""), filter.get("kind")) for document in documents for filter in _extensions(document)}
    return sorted(f"{group}/{kind}" for group, kind in named - held if group and kind)


def leaves_out(case: Case, kind: str) -> bool:
    """Whether the case holds no object of a kind at all."""
    return not any(document.get("kind") == kind for _, text in case.sources() for document in _documents(text))


def _documents(text: str) -> Iterator[dict[str, Any]]:
    try:
        documents = list(yaml.safe_load_all(text))
    except yaml.YAMLError:
        # What does not load fails before anything is asked.
        return
    for document in documents:
        if not isinstance(document, dict):
            continue
        if document.get("kind") == "List" and isinstance(document.get("items"), list):
            yield from (item for item in document["items"] if isinstance(item, dict))
        else:
            yield document


def _extensions(node: Any) -> Iterator[dict[str, Any]]:
    """The ``extensionRef`` of every filter below a node."""
    if isinstance(node, dict):
        found = node.get("extensionRef")
        if isinstance(found, dict):
            yield found
        for value in node.values():
            yield from _extensions(value)
    elif isinstance(node, list):
        for item in node:
            yield from _extensions(item)
