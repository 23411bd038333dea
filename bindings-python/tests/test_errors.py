"""Wrong input of every kind: a typed error with a stable code that says what to do, and a router that is as before."""

from __future__ import annotations

import copy
import pickle

import pytest

import inferroute
from conftest import TIERS, documents, route, rule
from inferroute import EventError, InferrouteError, ManifestError, OptionError, RequestError, Router, _native

SURROGATE = "\ud800"


class Broken:
    def items(self):
        raise KeyError("mine")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ({"headers": 5}, "RQ0001", "headers must be a mapping"),
        ({"headers": "x-tier: gold"}, "RQ0001", "headers must be a mapping"),
        ({"headers": b"x-tier: gold"}, "RQ0001", "headers must be a mapping"),
        ({"headers": ["x-tier"]}, "RQ0001", "pairs (name, value), not str"),
        ({"headers": [("x-tier", "gold", "more")]}, "RQ0001", "pairs"),
        ({"headers": [{"x-tier": "gold"}]}, "RQ0001", "pairs"),
        ({"headers": {5: "gold"}}, "RQ0001", "a header name must be str or bytes, not int"),
        ({"headers": {None: "gold"}}, "RQ0001", "not NoneType"),
        ({"headers": {"x-tier": 5}}, "RQ0001", "a header value must be str, bytes, or a list or tuple of those, not int"),
        ({"headers": {"x-tier": None}}, "RQ0001", "not NoneType"),
        ({"headers": {"x-tier": ["gold", 5]}}, "RQ0001", "not int"),
        ({"headers": {"x-tier": {"gold": 1}}}, "RQ0001", "not dict"),
        ({"headers": {"unread": 5}}, "RQ0001", "a header value must be"),
        # As long as a name that a rule reads; of others only the length is looked at.
        ({"headers": {SURROGATE * len("x-tier"): "gold"}}, "RQ0002", "pass bytes"),
        ({"headers": {"x-tier": SURROGATE}}, "RQ0002", "pass bytes"),
        ({"headers": {}, "model": b"m"}, "RQ0001", "model must be str or None, not bytes"),
        ({"headers": {}, "model": SURROGATE}, "RQ0002", "model"),
        ({"headers": {}, "host": 5}, "RQ0001", "host must be str or None, not int"),
        ({"headers": {}, "host": SURROGATE}, "RQ0002", "host"),
        ({"headers": {}, "now": 1.5}, "RQ0001", "time.monotonic_ns()"),
        ({"headers": {}, "now": None}, "RQ0001", "time.monotonic_ns()"),
        ({"headers": {}, "now": -1}, "RQ0003", "0 to 2**64 - 1"),
        ({"headers": {}, "now": 2**64}, "RQ0003", "0 to 2**64 - 1"),
    ],
)
@pytest.mark.parametrize("call", ["decide", "route", "explain"])
def test_requests(router, call, arguments, code, says):
    with pytest.raises(RequestError) as refused:
        getattr(router, call)(**arguments)
    assert refused.value.code == code and says in str(refused.value)
    assert isinstance(refused.value, TypeError) and isinstance(refused.value, InferrouteError)


@pytest.mark.parametrize(("seed", "code"), [("1", "RQ0001"), (1.0, "RQ0001"), (-1, "RQ0003"), (2**64, "RQ0003")])
def test_seeds_of_decisions(router, seed, code):
    for call in [router.decide, router.explain]:
        with pytest.raises(RequestError) as refused:
            call({}, seed=seed)
        assert refused.value.code == code and "seed" in str(refused.value)


def test_exceptions_of_the_caller_come_through(router):
    with pytest.raises(KeyError, match="mine"):
        router.decide(Broken())
    with pytest.raises(ZeroDivisionError):
        router.decide((1 / 0, "x") for _ in range(1))
    with pytest.raises(KeyError, match="mine"):
        Router(Broken())
    with pytest.raises(TypeError):
        router.decide()
    with pytest.raises(TypeError):
        router.decide({}, bodies=b"")


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ({"strategy": "fastest"}, "OP0001", "choose one of random, round_robin"),
        ({"strategy": 5}, "OP0002", "strategy must be str, not int"),
        ({"inference_extension": "no"}, "OP0002", "inference_extension must be True or False, not str"),
        ({"first_match": 1}, "OP0002", "first_match must be True or False"),
        ({"default_namespace": 5}, "OP0002", "default_namespace must be str"),
        ({"default_namespace": SURROGATE}, "OP0002", "default_namespace has lone surrogates"),
        ({"manifests": None}, "OP0002", "manifests must be one text"),
        ({"manifests": b"kind: List"}, "OP0002", "manifests must be one text"),
        ({"manifests": ["kind: List"]}, "OP0002", "(file name, text) pairs, not str"),
        ({"manifests": {"a.yaml": b""}}, "OP0002", "the text of `a.yaml` must be str, not bytes"),
        ({"manifests": {5: ""}}, "OP0002", "the file name of a manifest must be str"),
        ({"manifests": SURROGATE}, "OP0002", "decode it as UTF-8"),
    ],
)
def test_options(router, options, code, says):
    for call in [Router, router.update]:
        with pytest.raises(OptionError) as refused:
            call(**{"manifests": TIERS, **options})
        assert refused.value.code == code and says in str(refused.value)
    assert router.decide({"x-tier": "gold"}).ok


@pytest.mark.parametrize(("seed", "code"), [("1", "OP0002"), (1.5, "OP0002"), (-1, "OP0003"), (2**64, "OP0003")])
def test_seeds_of_routers(seed, code):
    with pytest.raises(OptionError) as refused:
        Router(TIERS, seed=seed)
    assert refused.value.code == code


BAD = {
    "a.yaml": route("{matches: [{headers: [{name: x, type: RegularExpression, value: '('}]}]}"),
    "b.yaml": "kind: [",
}


def test_manifests_name_every_problem():
    with pytest.raises(ManifestError) as refused:
        Router(BAD)
    error = refused.value
    assert [(problem.code, problem.file, problem.severity) for problem in error.problems] == [
        ("RT0204", "a.yaml", "error"), ("RT0001", "b.yaml", "error"),
    ]
    assert error.code == "RT0204" and str(error) == "\n".join(str(problem) for problem in error.problems)
    assert all(problem.help and problem.line and problem.column for problem in error.problems)


def test_a_refused_update_changes_nothing(router):
    before = (router.state_version, router.header_names, router.pools, router.decide({"x-tier": "gold"}, seed=1))
    for manifests, options in [(BAD, {}), (TIERS, {"inference_extension": False, "default_namespace": "other"})]:
        with pytest.raises(ManifestError):
            router.update(manifests, **options)
    assert (router.state_version, router.header_names, router.pools, router.decide({"x-tier": "gold"}, seed=1)) == before
    router.update(TIERS)
    assert router.pools == ("default/gpus",), "nor do the options of a refused update stay"


CYCLE: dict = {"event": "endpoint_gone"}
CYCLE["name"] = CYCLE


@pytest.mark.parametrize(
    ("event", "code", "says"),
    [
        ("endpoint_gone", "EV0000", "an event must be a dict, not str"),
        ({}, "EV0000", "missing field `event`; see inferroute.types.Event"),
        ({"event": "endpoint_lost"}, "EV0000", "unknown variant `endpoint_lost`, expected one of `endpoint_reported`"),
        ({"event": "endpoint_gone"}, "EV0000", "missing field `name`"),
        ({"event": "endpoint_gone", "name": "a", "nam": "b"}, "EV0000", "unknown field `nam`"),
        ({"event": "endpoint_gone", "name": 5}, "EV0000", "expected a string"),
        ({"event": "endpoint_gone", "name": b"a"}, "EV0000", "bytes is not JSON serializable"),
        ({"event": "endpoint_gone", "name": SURROGATE}, "EV0000", "surrogates not allowed"),
        ({"event": "in_flight_counted", "endpoint": "a", "count": -1}, "EV0000", "-1"),
        ({"event": "in_flight_counted", "endpoint": "a", "count": float("nan")}, "EV0000", "not JSON compliant"),
        (CYCLE, "EV0000", "Circular"),
        ({"event": "endpoint_reported", "endpoint": {"name": "a", "address": "vllm-0"}}, "EV0001", "not an IP address"),
        ({"event": "endpoint_reported", "endpoint": {"name": ""}}, "EV0002", "needs a name"),
        ({"event": "request_started", "endpoint": "default/none"}, "EV0003", "report it before"),
    ],
)
def test_events(router, event, code, says):
    before = (router.state_version, router.endpoints())
    with pytest.raises(EventError) as refused:
        router.observe(event)
    assert refused.value.code == code and says in str(refused.value)
    assert (router.state_version, router.endpoints()) == before
    with pytest.raises(RequestError):
        router.observe({"event": "endpoint_gone", "name": "a"}, now=-1)


def test_errors_have_one_root_and_survive_copies(router):
    caught: list[InferrouteError] = []
    for wrong in [lambda: Router(BAD), lambda: Router("", strategy="x"), lambda: router.observe({}), lambda: router.decide(1)]:
        with pytest.raises(InferrouteError) as refused:
            wrong()
        caught.append(refused.value)
    for error in caught:
        for twin in [pickle.loads(pickle.dumps(error)), copy.copy(error)]:
            assert type(twin) is type(error) and (str(twin), twin.code, twin.args) == (str(error), error.code, error.args)


def test_classes_are_not_made_by_hand():
    for name in ["Decision", "NoRoute", "Ticket", "Explanation", "Backend"]:
        with pytest.raises(TypeError):
            getattr(inferroute, name)()


@pytest.mark.skipif(not hasattr(_native, "_panic"), reason="built without the feature test-panic (see bindings-python/Cargo.toml)")
def test_a_panic_comes_out_as_an_error():
    with pytest.raises(InferrouteError, match="please report it: on purpose") as raised:
        _native._panic()
    assert raised.value.code == "IR0000"
