"""Never run: `mypy --strict` reads it (test_stubs.py)."""

from typing import assert_type

from inferroute import Attempt, Decision, Diagnostic, Explanation, ManifestError, NoRoute, Router, Ticket, render
from inferroute.types import Event, PublishedModelDict


def load(text: str) -> Router:
    try:
        router = Router({"routes.yaml": text}, strategy="least_request", seed=1)
    except ManifestError as error:
        assert_type(error.problems, tuple[Diagnostic, ...])
        assert_type(render(error.problems, text, format="sarif"), str)
        render(error.problems, {"a.yaml": text}, format="xml")  # type: ignore[arg-type]
        raise SystemExit(error.code)
    router.observe({"event": "endpoint_reported", "endpoint": {"name": "a", "address": "10.0.0.1", "labels": {"app": "vllm"}}})
    gone: Event = {"event": "endpoint_gone", "name": "a"}
    router.observe(gone)
    router.observe({"event": "endpoints_replaced", "endpoints": []}, now=1)
    router.observe({"event": "endpoints_replaced"})  # type: ignore[typeddict-item]
    assert_type(router.published_models("a.example.com"), list[PublishedModelDict])
    router.update([("a.yaml", text)], first_match=True)
    return router


def proxy(router: Router, scope: dict[str, list[tuple[bytes, bytes]]]) -> tuple[int, str]:
    answer = router.decide(scope["headers"], model="mistral", host="example.com", path="/v1", method="POST", gateway="a/b", port=80, now=1)
    if not answer.ok:
        assert_type(answer, NoRoute)
        if answer.location is not None:
            assert_type(answer.location["port"], int | None)
        return answer.status, answer.message
    assert_type(answer, Decision)
    assert_type(answer.to_dict()["backend"]["name"], str)
    assert_type(answer.mutations.get("hostname"), str | None)
    for attempt in answer.fallbacks:
        assert_type(attempt, Attempt)
        assert_type(attempt.mutations.get("request_timeout"), int | None)
    answer.route = "other"  # type: ignore[misc]
    return 200, answer.address or answer.endpoint


def count(router: Router, headers: dict[str, str], several: dict[str, list[str]]) -> str | None:
    assert_type(router.explain(several), Explanation)
    router.explain(several, body=b"{}", content_type="application/json")
    ticket = router.route(headers, body=bytearray(b"{}"))
    if not ticket.ok:
        return None
    assert_type(ticket, Ticket)
    with ticket as entered:
        return entered.decision.model
