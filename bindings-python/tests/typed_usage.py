"""Never run: `mypy --strict` reads it (test_stubs.py)."""

from array import array
from typing import Any, assert_type

from inferroute import (
    Attempt,
    Decision,
    Diagnostic,
    Explanation,
    ManifestError,
    NoRoute,
    Player,
    Plugin,
    Profile,
    PromptBlocks,
    Router,
    Scheduling,
    ScoredEndpoint,
    ScoredRequest,
    Scorer,
    Shadow,
    Ticket,
    render,
)
from inferroute.types import Event, ExplainedEndpoint, PublishedModelDict, RequestArguments


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


def cheapest(request: ScoredRequest, endpoints: list[ScoredEndpoint]) -> list[float | None]:
    return [None if request.model is None else 1 / (1 + endpoint.in_flight) for endpoint in endpoints]


def schedule(text: str, tokens: array[int]) -> None:
    profile = Profile("x").filter("decode-filter").scorer("queue-scorer", weight=2).scorer(Scorer("cheapest", cheapest)).picker("max-score-picker")
    scheduling = Scheduling.of(profile, handler=Plugin("single-profile-handler")).prefix(block_tokens=16, key=2**100).kv_events(weights=[1, 0.5, 0.5, 0])
    assert_type(Scheduling.from_yaml(text, scorers=[Scorer("cheapest", cheapest)]).half_life(5), Scheduling)
    journal: list[dict[str, Any]] = []
    router = Router(text, scheduling=scheduling, stale_after=1, lease="never", journal=journal)
    Router(text, journal=print, endpoint_picker_config=text)
    for prompt in ("text", b"text", [1, 2], PromptBlocks([1, 2])):
        router.decide({}, prompt=prompt, prompt_tokens=3, tenant="t", subset=["10.0.0.1"])
    router.decide({}, prompt=tokens)
    router.decide({}, prompt=7)  # type: ignore[arg-type]
    report = router.observe_metrics("default/a", "", engine="vllm")
    assert_type(report.waiting, int | None)
    router.observe({"event": "load_polled", "endpoint": "default/a", "load": report.to_dict()})
    router.observe({"event": "blocks_stored", "endpoint": "default/a", "sequence": 1, "hashes": [1], "tier": "host"})
    request: RequestArguments = {"headers": {"a": "b"}, "model": "m"}
    live = router.decide_many([request])[0]
    shadow = Shadow(Router(text))
    assert_type(shadow.compare(router, request, live), Decision | NoRoute)
    player = Player(Router(text))
    for entry in journal:
        player.play(entry)
    ticket = router.route_many([request])[0]
    if ticket.ok:
        ticket.first_token(1)
        assert_type(ticket.fall_back(2), Attempt | None)
        ticket.fail()
    assert_type(router.explain({}).endpoints, list[ExplainedEndpoint])
    assert_type([endpoint["pace"] for endpoint in router.endpoints()], list[float | None])
    assert_type(live.endpoint_headers() if live.ok else {}, dict[str, str])
