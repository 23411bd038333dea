"""Schedulings, scorers of Python, loads and explanations as values."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from conftest import TIERS, report
from inferroute import CONTROL_HEADERS, EventError, LoadReport, ManifestError, OptionError, Plugin, Profile, RequestError, Router, Scheduling, Scorer

GOLD = {"x-tier": "gold"}
CONFIG = """
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [{type: queue-scorer}]
schedulingProfiles: [{name: default, plugins: [{pluginRef: queue-scorer, weight: 2}]}]
"""


def made(scheduling: Scheduling | None = None, endpoints: int = 3, **options: Any) -> Router:
    router = Router(TIERS, seed=1, scheduling=scheduling, **options)
    report(router, *(f"vllm-{n}" for n in range(endpoints)))
    return router


def poll(router: Router, waiting: list[int], now: int = 0) -> None:
    for number, count in enumerate(waiting):
        router.observe({"event": "load_polled", "endpoint": f"default/vllm-{number}", "load": {"waiting": count}}, now=now)


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint_picker_config": CONFIG},
        {"scheduling": Scheduling.from_yaml(CONFIG)},
        {"scheduling": Scheduling.of(Profile("default").scorer("queue-scorer", weight=2))},
    ],
)
def test_a_text_and_profiles_say_the_same(options: dict[str, Any]) -> None:
    router = made(**options)
    poll(router, [5, 1, 9])
    explained = router.explain(GOLD).endpoints
    assert [endpoint["total"] for endpoint in explained] == [1.0, 2.0, 0.0]
    assert explained[0] == {
        "profile": "default",
        "id": "default/vllm-0",
        "address": "10.0.0.1:8000",
        "in_flight": 0,
        "removed_by": None,
        "demand": None,
        "scores": [{"scorer": "queue-scorer", "rating": 0.5, "weight": 2.0, "points": 1.0}],
        "total": 1.0,
    }
    decision = router.decide(GOLD)
    assert decision.ok and decision.endpoint == "default/vllm-1"


def test_filters_parameters_and_pickers_are_written_down() -> None:
    profile = Profile("x").filter("label-selector-filter", matchLabels={"app": "vllm", "tier": "a"}).picker("max-score-picker", maxNumOfEndpoints=1)
    router = made(Scheduling.of(profile))
    removed = [endpoint["removed_by"] for endpoint in router.explain(GOLD).endpoints]
    assert removed == ["label-selector-filter"] * 3
    answer = router.decide(GOLD)
    assert not answer.ok and (answer.status, answer.reason) == (429, "no_endpoint_left")
    assert "endpoints" in router.explain(GOLD).to_dict()


def test_requests_with_one_key_meet_at_one_endpoint() -> None:
    router = made(Scheduling.of(Profile("x").picker("consistent-hash-picker", headerName="x-session-id", maxNumOfEndpoints=2)))
    sessions = [{**GOLD, "x-session-id": f"session-{number}"} for number in range(30)]
    asked = [[router.decide(session) for session in sessions] for _ in range(3)]
    first, *others = [[(decision.endpoint, [other.endpoint for other in decision.fallbacks]) for decision in decisions] for decisions in asked]
    assert others == [first, first] and len({endpoint for endpoint, _ in first}) == 3 and all(len(fallbacks) == 1 for _, fallbacks in first)
    assert router.explain(sessions[0]).to_dict()["picked"][0] == {"endpoint": first[0][0], "picker": "consistent-hash-picker"}
    assert len({router.decide(GOLD).endpoint for _ in range(100)}) == 3, "without the header it is drawn"


def test_profiles_do_not_change() -> None:
    empty = Profile("x")
    assert empty.scorer("queue-scorer") != empty and empty.plugins == ()
    assert Profile("x").scorer("queue-scorer", weight=2) == Profile("x").scorer("queue-scorer", weight=2)


def test_prefill_has_an_endpoint_of_its_own() -> None:
    config = {
        "apiVersion": "llm-d.ai/v1alpha1",
        "kind": "EndpointPickerConfig",
        "plugins": [
            {"type": "decode-filter"},
            {"type": "prefill-filter"},
            {"type": "always-disagg-pd-decider"},
            {"type": "disagg-profile-handler", "parameters": {"deciders": {"prefill": "always-disagg-pd-decider"}}},
        ],
        "schedulingProfiles": [
            {"name": "decode", "plugins": [{"pluginRef": "decode-filter"}]},
            {"name": "prefill", "plugins": [{"pluginRef": "prefill-filter"}]},
        ],
    }
    router = Router(TIERS, seed=1, endpoint_picker_config=json.dumps(config))
    for number, role in enumerate(["decode", "prefill"]):
        labels = {"app": "vllm", "llm-d.ai/role": role}
        router.observe({"event": "endpoint_reported", "endpoint": {"name": role, "address": f"10.0.0.{number + 1}", "labels": labels}})
    decision = router.decide(GOLD, prompt="x" * 4000)
    assert decision.ok and decision.endpoint == "default/decode" and decision.encode is None
    assert decision.prefill is not None and decision.prefill["id"] == "default/prefill"
    headers = decision.endpoint_headers()
    assert headers == {"x-gateway-destination-endpoint": "10.0.0.1:8000", "x-prefiller-host-port": "10.0.0.2:8000"}
    assert decision.destinations == "10.0.0.1:8000" and set(headers) <= set(CONTROL_HEADERS)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"scheduling": CONFIG}, "scheduling must be a Scheduling, not str"),
        ({"endpoint_picker_config": 7}, "endpoint_picker_config must be the text of one"),
        ({"endpoint_picker_config": CONFIG, "scheduling": Scheduling.from_yaml(CONFIG)}, "give one"),
        ({"endpoint_picker_config": CONFIG, "strategy": "random"}, "takes the place of the strategy"),
        ({"stale_after": -1}, "stale_after must be nanoseconds"),
        ({"stale_after": True}, "stale_after must be nanoseconds"),
        ({"stale_after": 1.5}, "stale_after must be nanoseconds"),
        ({"lease": "ever"}, "unless it is 'never'"),
        ({"journal": 7}, "journal must be a list"),
    ],
)
def test_what_is_no_option_is_refused(options: dict[str, Any], part: str) -> None:
    with pytest.raises(OptionError, match=part) as refused:
        Router(TIERS, **options)
    assert refused.value.code == "OP0002"


def test_a_strategy_cannot_follow_a_scheduling() -> None:
    router = made(Scheduling.from_yaml(CONFIG))
    with pytest.raises(OptionError):
        router.update(TIERS, strategy="random")
    router.update(TIERS, scheduling=Scheduling.of(Profile("other").scorer("kv-cache-utilization-scorer")))
    assert "kv-cache-utilization-scorer" in str(router.explain(GOLD))


def test_a_handler_says_which_profile_runs() -> None:
    handler = Plugin("header-profile-handler", {"headerName": "x-profile", "defaultProfile": "a"})
    queue, cache = Profile("a").scorer("queue-scorer"), Profile("b").scorer("kv-cache-utilization-scorer")
    router = made(Scheduling.of(queue, cache, handler=handler))
    for name, scorer in [("a", "queue-scorer"), ("b", "kv-cache-utilization-scorer")]:
        explained = router.explain({**GOLD, "x-profile": name})
        assert {score["scorer"] for endpoint in explained.endpoints for score in endpoint["scores"]} == {scorer}


def test_a_full_pool_turns_requests_of_low_priority_away() -> None:
    full = Plugin("concurrency-detector", {"maxConcurrency": 1})
    scheduling = Scheduling.of(Profile("x").scorer("queue-scorer"), saturation=full)
    assert made(scheduling, endpoints=1).decide(GOLD).ok
    router = made(scheduling.ceiling(0, 0.5).half_life(5).missing_load("counts_as_idle"), endpoints=1)
    with router.route(GOLD) as ticket:  # type: ignore[union-attr]
        assert ticket.ok
        answer = router.decide(GOLD)
        assert not answer.ok and answer.status == 429


def test_problems_of_a_configuration_have_codes_and_places() -> None:
    with pytest.raises(ManifestError) as refused:
        Scheduling.from_yaml(CONFIG.replace("queue-scorer}", "queue-scorr}"))
    assert [(problem.code, problem.file, problem.line) for problem in refused.value.problems] == [("RT0501", "config", 4), ("RT0502", "config", 5)]
    with pytest.raises(ManifestError):
        Scheduling.of(Profile("a").filter("no-such-filter"))
    with pytest.raises(ManifestError):
        Scheduling.of(Profile("a"), Profile("a"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Scheduling.of(),
        lambda: Scheduling.of("x"),  # type: ignore[arg-type]
        lambda: Scheduling.of(Profile("x"), handler="x"),  # type: ignore[arg-type]
        lambda: Scheduling.of(Profile("x").filter("by-label", label={1, 2})),
        lambda: Scheduling.of(Profile("x").scorer("queue-scorer", weight=float("nan"))),
        lambda: Scheduling.from_yaml(CONFIG).missing_load("full"),  # type: ignore[arg-type]
        lambda: Scheduling.from_yaml(CONFIG).ceiling(0, float("nan")),
        lambda: Scheduling.from_yaml(CONFIG).prefix(dialect="latin"),
        lambda: Scheduling.from_yaml(CONFIG).prefix(block_tokens=0),
        lambda: Scheduling.from_yaml(CONFIG).prefix(budget=1),
        lambda: Scheduling.from_yaml(CONFIG).kv_events(weights=(2.0, 0.0, 0.0, 0.0)),
        lambda: Scorer("x", 7),  # type: ignore[arg-type]
        lambda: Scorer("", print),  # type: ignore[arg-type]
        lambda: Scheduling.of(Profile("x").scorer(Scorer("a", list)).scorer(Scorer("a", list))),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_scheduled_is_refused(make: Any) -> None:
    with pytest.raises(OptionError):
        make()


def test_a_scorer_of_python_rates_and_sees_everything() -> None:
    seen: list[Any] = []

    def cheapest(request: Any, endpoints: list[Any]) -> list[float | None]:
        seen.append((request.model, request.tenant, request.path, request.prompt_tokens, request.now, [endpoint.id for endpoint in endpoints]))
        seen.append((endpoints[0].address, endpoints[0].labels, endpoints[0].waiting, endpoints[0].running, endpoints[0].kv_usage, endpoints[0].prefix_share))
        return [None if endpoint.id.endswith("0") else 1 / (1 + endpoint.in_flight) for endpoint in endpoints]

    router = made(Scheduling.of(Profile("own").scorer(Scorer("cheapest", cheapest), weight=4)))
    poll(router, [3], now=5)
    explained = router.explain(GOLD, model="m", tenant="t", path="/v1", prompt="abcdefgh", now=6)
    assert seen == [
        ("m", "t", "/v1", 2, 6, ["default/vllm-0", "default/vllm-1", "default/vllm-2"]),
        ("10.0.0.1:8000", {"app": "vllm"}, 3, None, None, None),
    ]
    scores = [endpoint["scores"][0] for endpoint in explained.endpoints]
    assert [(score["scorer"], score["rating"], score["points"]) for score in scores] == [("cheapest", None, 0.0), ("cheapest", 1.0, 4.0), ("cheapest", 1.0, 4.0)]
    assert "vllm-0" not in explained.outcome


def test_a_configuration_may_name_a_scorer_of_python() -> None:
    text = CONFIG.replace("queue-scorer", "last-scorer")
    scheduling = Scheduling.from_yaml(text, scorers=[Scorer("last-scorer", lambda request, endpoints: [float(number) for number in range(len(endpoints))])])
    decision = made(scheduling).decide(GOLD)
    assert decision.ok and decision.endpoint != "default/vllm-0"


def raises(error: BaseException) -> Any:
    def score(request: Any, endpoints: list[Any]) -> list[float | None]:
        raise error

    return score


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (raises(ValueError("no price list")), "ValueError: no price list"),
        (raises(SystemExit(3)), "SystemExit: 3"),
        (lambda request, endpoints: [1.0], "1 ratings for 3 endpoints"),
        (lambda request, endpoints: None, "TypeError"),
        (lambda request, endpoints: ["a", "b", "c"], "TypeError"),
        (lambda: [], "TypeError"),
    ],
)
def test_a_scorer_that_fails_rates_nobody_and_the_explanation_says_why(score: Any, said: str) -> None:
    router = made(Scheduling.of(Profile("own").scorer("queue-scorer", weight=1).scorer(Scorer("own", score), weight=9)))
    poll(router, [5, 1, 9])
    decision, explained = router.decide(GOLD), router.explain(GOLD)
    assert decision.ok and decision.endpoint == "default/vllm-1"
    assert "own failed: " in str(explained) and said in str(explained)
    assert [endpoint["scores"][1]["rating"] for endpoint in explained.endpoints] == [None] * 3


def test_numbers_that_are_none_rate_nothing() -> None:
    router = made(Scheduling.of(Profile("own").scorer(Scorer("own", lambda request, endpoints: [float("nan"), float("inf"), -5.0]))))
    points = [endpoint["scores"][0]["points"] for endpoint in router.explain(GOLD).endpoints]
    assert points == [0.0, 1.0, 0.0]


def test_an_interrupt_in_a_scorer_reaches_the_caller() -> None:
    router = made(Scheduling.of(Profile("own").scorer(Scorer("own", raises(KeyboardInterrupt())))))
    # A shell's background jobs start with the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            router.decide(GOLD)
            for _ in range(1000):
                pass
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_scorer_that_asks_its_own_router_ends() -> None:
    routers: list[Router] = []
    asked: list[Any] = []

    def score(request: Any, endpoints: list[Any]) -> list[float | None]:
        asked.append(str(routers[0].explain(GOLD)))
        with pytest.raises(OptionError):
            routers[0].update(TIERS)
        return [1.0] * len(endpoints)

    routers.append(made(Scheduling.of(Profile("own").scorer(Scorer("own", score)))))
    assert routers[0].decide(GOLD).ok
    assert len(asked) == 1 and "another scorer of Python was at work" in asked[0]


PAGE = "vllm:num_requests_waiting 3\nvllm:num_requests_running 2\nvllm:kv_cache_usage_perc NaN\n"


def test_a_metrics_page_becomes_a_report_with_problems() -> None:
    for text in (PAGE, PAGE.encode()):
        found = LoadReport.from_prometheus(text)
        assert (found.engine, found.waiting, found.running, found.kv_usage, found.lora) == ("vllm", 3, 2, None, None)
        assert found.to_dict() == {"waiting": 3, "running": 2}
        assert [(problem["code"], problem["line"]) for problem in found.problems] == [("MT0004", 3)]
        assert found.problems_left_out == 0 and found == LoadReport.from_prometheus(PAGE)
    assert LoadReport.from_prometheus("", engine="sglang").problems[0]["code"] == "MT0010"


def test_observed_metrics_count_in_the_next_decision_until_they_are_stale() -> None:
    router = made(Scheduling.from_yaml(CONFIG), stale_after=10)
    for number, waiting in enumerate([4, 0, 2]):
        assert router.observe_metrics(f"default/vllm-{number}", f"vllm:num_requests_waiting {waiting}\n", now=100).waiting == waiting
    fresh, stale = router.explain(GOLD, now=105), router.explain(GOLD, now=200)
    assert [endpoint["scores"][0]["rating"] for endpoint in fresh.endpoints] == [0.0, 1.0, 0.5]
    assert [endpoint["scores"][0]["rating"] for endpoint in stale.endpoints] == [None] * 3


def test_what_is_no_metrics_page_is_refused() -> None:
    for arguments in ({"text": 7}, {"text": "", "engine": "steam"}, {"text": "\ud800"}):
        with pytest.raises(RequestError):
            LoadReport.from_prometheus(**arguments)  # type: ignore[arg-type]


def test_engines_tell_what_they_hold() -> None:
    router = made(Scheduling.of(Profile("x").scorer("prefix-cache-scorer")).prefix(block_tokens=2, dialect="llm_d_xxh64").kv_events())
    tokens = [1, 2, 3, 4]
    router.observe({"event": "cache_started", "endpoint": "default/vllm-2", "sequence": 0})
    router.observe({"event": "blocks_stored", "endpoint": "default/vllm-2", "sequence": 1, "hashes": [11, 12], "tokens": tokens, "model": "m"})
    decision = router.decide(GOLD, model="m", prompt=tokens)
    assert decision.ok and (decision.endpoint, decision.cached_tokens) == ("default/vllm-2", 4)
    router.observe({"event": "blocks_removed", "endpoint": "default/vllm-2", "sequence": 2, "hashes": [12]})
    decision = router.decide(GOLD, model="m", prompt=tokens)
    assert decision.ok and decision.cached_tokens == 2
    router.observe({"event": "blocks_removed", "endpoint": "default/vllm-2", "sequence": 9, "hashes": [11]})
    assert router.kv_counters is not None and router.kv_counters["gaps"] == 1
    assert made().kv_counters is None


def test_the_other_events_are_told() -> None:
    router = made()
    endpoint = "default/vllm-0"
    router.observe({"event": "request_started", "endpoint": endpoint, "prompt_tokens": 40})
    by_id = {each["id"]: each for each in router.endpoints()}
    assert (by_id[endpoint]["in_flight"], by_id[endpoint]["waiting_tokens"]) == (1, 40)
    router.observe({"event": "first_token", "endpoint": endpoint, "prompt_tokens": 40})
    router.observe({"event": "request_measured", "endpoint": endpoint, "ttft_ns": 5, "failed": False})
    router.observe({"event": "attribute_reported", "endpoint": endpoint, "attribute": "price", "value": 0.5})
    router.observe({"event": "request_finished", "endpoint": endpoint})
    router.observe({"event": "leases_lapsed"}, now=10)
    by_id = {each["id"]: each for each in router.endpoints()}
    assert (by_id[endpoint]["in_flight"], by_id[endpoint]["waiting_tokens"]) == (0, 0)
    for wrong in [{"event": "attribute_reported", "endpoint": endpoint, "attribute": "p", "value": float("nan")}, {"event": "blocks_stored", "endpoint": endpoint, "sequence": -1, "hashes": []}]:
        with pytest.raises(EventError):
            router.observe(wrong)  # type: ignore[arg-type]


OWN = CONFIG.replace("queue-scorer", "mine")


def last(request: Any, endpoints: Any) -> list[float]:
    return [float(endpoint.id == "default/vllm-2") for endpoint in endpoints]


def in_config_map(**data: str) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "plugins"}, "data": {f"{key}.yaml": text for key, text in data.items()}})


def test_configurations_name_scorers_of_python() -> None:
    mine = Scorer("mine", last)
    both = TIERS + "\n---\n" + in_config_map(a=CONFIG, b=OWN)
    routers = [
        Router(TIERS, endpoint_picker_config=OWN, custom_scorers=[mine]),
        Router(both, endpoint_picker_config_key="b.yaml", custom_scorers=(mine,)),
    ]
    for router in routers:
        report(router, *(f"vllm-{n}" for n in range(4)))
        answer = router.decide(GOLD)
        assert answer.ok and answer.endpoint == "default/vllm-2"
    routers[1].update(both, endpoint_picker_config_key="a.yaml")
    assert "mine" not in str(routers[1].explain(GOLD))


def test_a_configuration_has_to_be_said() -> None:
    both = TIERS + "\n---\n" + in_config_map(a=CONFIG, b=CONFIG)
    for options in ({}, {"endpoint_picker_config_key": "c.yaml"}):
        with pytest.raises(ManifestError) as refused:
            Router(both, **options)
        assert [problem.code for problem in refused.value.problems] == ["RT0510"]


@pytest.mark.parametrize("options", [{"custom_scorers": 7}, {"custom_scorers": ["mine"]}, {"custom_scorers": [last]}, {"endpoint_picker_config_key": 7}])
def test_wrong_names_of_configurations_and_scorers_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        Router(TIERS, **options)


def test_what_was_only_decided_is_nowhere_afterwards() -> None:
    router = made(Scheduling.of(Profile("default").scorer("prefix-cache-scorer")))
    prompt = "nobody was asked to work this off " * 100
    router.decide_many([{"headers": GOLD, "prompt": prompt}] * 3)
    answer = router.decide(GOLD, prompt=prompt)
    assert answer.ok and answer.cached_tokens == 0


def test_requests_with_images_are_encoded_elsewhere() -> None:
    handler = Plugin("disagg-profile-handler", {"deciders": {"encode": "always"}})
    text = CONFIG.replace("[{type: queue-scorer}]", "[{type: queue-scorer}, {name: always, type: always-disagg-multimodal-decider}, " + json.dumps({"type": handler.type, "parameters": handler.parameters}) + "]")
    text = text.replace("{name: default,", "{name: encode, plugins: [{pluginRef: queue-scorer}]}, {name: decode,")
    router = made(endpoint_picker_config=text)

    def encoded(**arguments: Any) -> bool:
        answer = router.decide(GOLD, **arguments)
        assert answer.ok
        return answer.encode is not None

    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]})
    chat = {"path": "/v1/chat/completions", "content_type": "application/json"}
    assert [encoded(), encoded(multimodal=True), encoded(multimodal=False), encoded(multimodal=None)] == [False, True, False, False]
    assert [encoded(body=body, **chat), encoded(body=body, multimodal=False, **chat), encoded(body='{"model": "m"}', **chat)] == [True, False, False]
    tickets = router.route_many([{"headers": GOLD, "multimodal": True}])
    assert tickets[0].ok and tickets[0].decision.encode is not None
    with pytest.raises(RequestError):
        router.decide(GOLD, multimodal=1)
