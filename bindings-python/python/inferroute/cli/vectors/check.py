"""Compares answers with what a case expects. Every function gives what is wrong, in words; nothing wrong is an empty list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from inferroute import Attempt, Backend, Decision, ManifestError, NoRoute, Router

from . import picking, world
from .case import Case
from .state import tell
from .upstream import Fields, location

INVALID = "(invalid)"
"""The name of answers without a backend in a distribution."""

ADDRESSES = "ip:port[,ip:port]*"
"""The only format that is compared."""

SAMPLES = 2000
TOLERANCE = 0.05


@dataclass
class Verdict:
    """What came out of a case."""

    wrong: list[str]
    """Nothing wrong: empty."""
    only: dict[str, None] = field(default_factory=dict)
    """Why only a part could be compared, and which; empty: all was."""


def check(case: Case) -> Verdict:
    """Compares the answers to a case with what it expects."""
    if "valid" in case.expect:
        return Verdict(list(_validity(case)))
    if case.cls == "picking":
        return Verdict(list(picking.check(case)))
    try:
        router = _router(case)
    except ManifestError as error:
        return Verdict([f"the manifests do not load: {error.problems[0]}"])
    verdict = Verdict([] if case.requests else ["there is no request"])
    for number, request in enumerate(case.requests):
        prefix = f"request {number}: " if len(case.requests) > 1 else ""
        verdict.wrong += [prefix + each for each in _request(router, case, request, verdict)]
    return verdict


def _router(case: Case, **options: Any) -> Router:
    options = {"mesh": True, **world.OPTIONS.get(case.cls, {}), **options}
    router = Router(world.sources(case), seed=0, **options)
    tell(router, case.state)
    return router


def _validity(case: Case) -> Iterator[str]:
    try:
        Router(case.sources(), seed=0, strict=True)
    except ManifestError as error:
        if case.expect["valid"]:
            yield f"must be valid, but: {error.problems[0]}"
        messages = [problem.message for problem in error.problems]
        for part in case.expect.get("error_contains") or []:
            if not any(part in message for message in messages):
                yield f"no problem says {part!r}, but: {messages[:3]}"
    else:
        if not case.expect["valid"]:
            yield "must be refused, but is valid"


def _request(router: Router, case: Case, request: dict[str, Any], verdict: Verdict) -> Iterator[str]:
    expect = case.expect
    if "distribution" in expect:
        yield from _distribution(router, case, request)
        return
    for _ in range(expect.get("samples", 1)):
        wrong = list(_answer(_ask(router, case, request), case, request, verdict))
        if wrong:
            yield from wrong
            return


def _ask(router: Router, case: Case, request: dict[str, Any]) -> Decision | NoRoute:
    names = {"host": "host", "path": "path", "method": "method", "gateway": "gateway", "port": "port", "client_namespace": "client_namespace", "body_model": "model"}
    arguments = {ours: request[theirs] for theirs, ours in names.items() if request.get(theirs) is not None}
    if not {"gateway", "client_namespace"} & arguments.keys():
        arguments.pop("port", None)
    return router.decide(request.get("headers"), subset=case.state.get("subset_hint"), **arguments)


def _distribution(router: Router, case: Case, request: dict[str, Any]) -> Iterator[str]:
    expect = case.expect
    samples, tolerance = expect.get("samples", SAMPLES), expect.get("tolerance", TOLERANCE)
    expected: dict[str, float] = expect["distribution"]
    counts: Counter[str] = Counter()
    answers = []
    for _ in range(samples):
        answer = _ask(router, case, request)
        answers.append(answer)
        counts[answer.backend_name if answer.ok else INVALID if answer.status == 500 else f"({answer.status})"] += 1
    for name in sorted({*expected, *counts}):
        share, wanted = counts[name] / samples, expected.get(name, 0.0)
        # What must never be chosen has no tolerance.
        if abs(share - wanted) > (tolerance if wanted else 0.0):
            yield f"share of {name}: expected {wanted}, found {share:.3f}"
    for answer in answers:
        wrong = list(_place(answer, expect)) + (list(_status(answer, expect)) if answer.ok else [])
        if wrong:
            yield from wrong
            return


def _answer(answer: Decision | NoRoute, case: Case, request: dict[str, Any], verdict: Verdict) -> Iterator[str]:
    expect = case.expect
    absent = world.absent_filters(case) if not answer.ok and answer.reason == "bad_filter" and expect.get("status") == 200 else []
    if absent:
        # With the filters in the host's hands all else is compared: route, rule, backend, other filters.
        verdict.only[f"no {', '.join(absent)} is among the manifests; all but what the filter does is compared"] = None
        answer = _ask(_router(case, extension_filters=absent), case, request)
    if not answer.ok and answer.backend is not None and _names_only(case, answer.backend.kind):
        verdict.only[f"no {answer.backend.kind} is among the manifests; route, rule and the backend that is named are compared"] = None
        yield from _place(answer, expect)
        yield from _named(answer.backend, expect)
        return
    yield from _status(answer, expect)
    yield from _place(answer, expect)
    if "redirect" in expect:
        yield from _redirect(answer, expect["redirect"], request)
    wants_backend = {"backend", "namespace", "backend_kind", "endpoint", "endpoint_in", "model_override", "served_endpoint_report"}
    wants_backend |= {"upstream", "mirrors", "response_headers", "output_header", "output_metadata"}
    if not answer.ok:
        missed = sorted(wants_backend & expect.keys())
        if missed:
            yield f"expected {missed[0]} {expect[missed[0]]!r}, found {answer}"
        return
    failed = set(case.state.get("failed_backends") or [])
    attempts: list[Decision | Attempt] = [answer, *answer.fallbacks]
    used = next((each for each in attempts if each.backend.name not in failed), None)
    if used is None:
        yield f"every attempt leads to a failed backend: {[each.backend.name for each in attempts]}"
        return
    yield from _backend(used, expect)
    yield from _protocol(answer, expect)
    yield from _changes(answer, used, expect, request)


def _names_only(case: Case, kind: str) -> bool:
    """Whether the case leaves out all objects of the kind its backendRef names, so that it can tell no more than which one is named."""
    expects_backend = case.expect.get("status") == 200 and "backend" in case.expect
    return expects_backend and not case.state and world.leaves_out(case, kind)


def _named(backend: Backend, expect: dict[str, Any]) -> Iterator[str]:
    yield from _equal("backend", expect, backend.name)
    yield from _equal("namespace", expect, backend.namespace)
    yield from _equal("backend_kind", expect, backend.kind)


def _status(answer: Decision | NoRoute, expect: dict[str, Any]) -> Iterator[str]:
    if "status" in expect:
        allowed = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
        found = 200 if answer.ok else answer.status
        if found not in allowed:
            yield f"status: expected {expect['status']}, found {found}" + ("" if answer.ok else f" {answer.reason}")


def _place(answer: Decision | NoRoute, expect: dict[str, Any]) -> Iterator[str]:
    yield from _equal("route", expect, answer.route)
    yield from _equal("rule", expect, answer.rule)


def _equal(name: str, expect: dict[str, Any], found: Any) -> Iterator[str]:
    if name in expect and expect[name] != found:
        yield f"{name}: expected {expect[name]!r}, found {found!r}"


def _redirect(answer: Decision | NoRoute, expect: dict[str, Any], request: dict[str, Any]) -> Iterator[str]:
    if answer.ok or answer.location is None:
        yield f"redirect: expected {expect}, found {answer!r}"
        return
    found = location(answer, request)
    for name, wanted in expect.items():
        has = found.get(name, "(not a part of a redirect)")
        if (None if wanted in (None, "") else str(wanted)) != (None if has is None else str(has)):
            yield f"redirect {name}: expected {wanted!r}, found {has!r}"


def _backend(used: Decision | Attempt, expect: dict[str, Any]) -> Iterator[str]:
    yield from _equal("backend", expect, used.backend.name)
    yield from _equal("namespace", expect, used.backend.namespace)
    yield from _equal("backend_kind", expect, used.backend.kind)
    yield from _equal("model_override", expect, used.model_override)
    # An endpoint is named by its id, its name or its address; what a proxy reports as served is the address.
    names = {used.endpoint, used.endpoint.rpartition("/")[2], used.address}
    if "endpoint" in expect and expect["endpoint"] not in names:
        yield f"endpoint: expected {expect['endpoint']!r}, found {used.endpoint!r} at {used.address!r}"
    if "endpoint_in" in expect and not names & set(expect["endpoint_in"]):
        yield f"endpoint: expected one of {expect['endpoint_in']}, found {used.endpoint!r} at {used.address!r}"
    yield from _equal("served_endpoint_report", expect, used.address)
    yield from _equal("upstream_protocol", expect, used.mutations.get("app_protocol", "http"))


def _protocol(answer: Decision, expect: dict[str, Any]) -> Iterator[str]:
    """What an endpoint picker tells its proxy. A value for metadata is `Decision.destinations`; the host puts it where the proxy looks."""
    told = [answer.endpoint_headers().get(expect["output_header"])] if "output_header" in expect else []
    told += [answer.destinations] if "output_metadata" in expect else []
    if expect.get("must_be_equal") and len(set(told)) != 1:
        yield f"header and metadata must be equal, found {told}"
    for value in told if "format" in expect else ():
        addresses = (value or "").split(",")
        if expect["format"] != ADDRESSES or not all(re.fullmatch(r"(\[[0-9a-f:]+\]|[0-9.]+):[0-9]+", address) for address in addresses):
            yield f"format: expected {expect['format']}, found {value!r}"


def _changes(answer: Decision, used: Decision | Attempt, expect: dict[str, Any], request: dict[str, Any]) -> Iterator[str]:
    mutations = used.mutations
    upstream = expect.get("upstream") or {}
    sent = Fields(request.get("headers"))
    sent.change(mutations.get("request_headers", []))
    found: dict[str, Any] = {"method": request.get("method", "GET"), "path": answer.rewritten_path}
    found["host"] = mutations.get("hostname") or request.get("host")
    for name, wanted in upstream.items():
        if name == "headers":
            yield from _headers("upstream header", wanted, sent)
        elif name == "absent_headers":
            yield from (f"upstream header {each} must be absent, found {sent.get(each)!r}" for each in wanted if sent.get(each) is not None)
        else:
            has = found.get(name, "(not known here)")
            if has != wanted:
                yield f"upstream {name}: expected {wanted!r}, found {has!r}"
    if "mirrors" in expect:
        yield from _mirrors(expect["mirrors"], mutations.get("mirrors", []))
    if "response_headers" in expect:
        received = Fields(request.get("backend_response_headers"))
        received.change(mutations.get("response_headers", []))
        yield from _headers("response header", expect["response_headers"], received)


def _headers(what: str, expected: dict[str, Any], found: Fields) -> Iterator[str]:
    for name, wanted in expected.items():
        if found.get(name) != wanted:
            yield f"{what} {name}: expected {wanted!r}, found {found.get(name)!r}"


def _mirrors(expected: list[dict[str, Any]], found: list[Any]) -> Iterator[str]:
    def shape(mirror: dict[str, Any], percent: float) -> tuple[str, str | None, float]:
        named = any("namespace" in each for each in expected)
        return (mirror.get("backend") or mirror["name"], mirror.get("namespace") if named else None, round(percent, 6))

    wanted = sorted(shape(mirror, mirror.get("percent", 100)) for mirror in expected)
    has = sorted(shape(mirror, 100 * mirror["numerator"] / mirror["denominator"]) for mirror in found)
    if wanted != has:
        yield f"mirrors: expected {wanted}, found {has}"
