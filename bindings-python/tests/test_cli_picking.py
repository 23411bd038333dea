"""``inferroute test`` on cases of endpoint picker plugins and of the endpoint picker protocol: right ones pass, every wrong expectation fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from inferroute.cli.app import app

SHARED = Path(__file__).parents[3] / "shared" / "vectors"
LABELLED = {"endpoints": [{"name": "a", "labels": {"app": "x"}}, {"name": "b", "labels": {"app": "y"}}, {"name": "c"}]}
WAITING = {"endpoints": [{"name": "a", "metrics": {"waiting_queue": 2}}, {"name": "b", "metrics": {}}, {"name": "c", "metrics": {"waiting_queue": 4}}]}
SCORED = {"endpoints": [{"name": "a", "score": 3}, {"name": "b", "score": 1}, {"name": "c", "score": 3}]}
PLACED = {"endpoints": [{"name": "a", "ip": "10.0.0.1"}, {"name": "b", "ip": "10.0.0.2"}]}
HINT = [{"filter_metadata": {"envoy.lb.subset_hint": {"x-gateway-destination-endpoint-subset": ["10.0.0.2:9000"]}}}]


def case(plugin: str, expect: dict[str, Any], state: dict[str, Any], config: Any = None, requests: Any = None) -> dict[str, Any]:
    made = {"id": plugin, "cls": "picking", "plugin": plugin, "state": state, "config": config, "expect": expect}
    return {**made, "requests": [{}] if requests is None else requests}


def run(tmp_path: Path, one: dict[str, Any]) -> Result:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(one), encoding="utf-8")
    return CliRunner().invoke(app, ["test", str(path)])


RIGHT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (case("label-selector-filter", {"endpoints": ["a"]}, LABELLED, {"matchLabels": {"app": "x"}}), {"endpoints": ["a", "b"]}),
    (case("by-label-filter", {"endpoints": ["b", "c"]}, LABELLED, {"label": "app", "valid_values": ["y"], "allow_missing": True}), {"endpoints": ["b"]}),
    (case("queue-scorer", {"scores": {"a": 1.0, "b": None, "c": 0.0}}, WAITING), {"scores": {"a": 1.0, "b": 0.0, "c": 0.0}}),
    (case("queue-scorer", {"scores": {"a": 1.0, "b": None, "c": 0.0}}, WAITING), {"scores": {"a": 1.0, "c": 0.0}}),
    (case("max-score-picker", {"endpoints": ["c", "a", "b"], "tie_break_first": 2}, SCORED, {"max_endpoints": 3}), {"endpoints": ["a", "b", "c"], "tie_break_first": 0}),
    (case("subset-candidates", {"ips": ["10.0.0.2"]}, PLACED, {"subset_filter_disabled": False}, HINT), {"ips": ["10.0.0.1", "10.0.0.2"]}),
    (
        case("weighted-model-select", {"target_model_in": ["m"]}, {}, {"targets": [{"model": "m", "weight": 1}]}),
        {"target_model_in": ["n"]},
    ),
]


@pytest.mark.parametrize(("right", "wrong"), RIGHT)
def test_a_right_case_passes_and_a_wrong_one_fails(tmp_path: Path, right: dict[str, Any], wrong: dict[str, Any]) -> None:
    done = run(tmp_path, right)
    assert done.exit_code == 0 and done.stdout.splitlines()[-1] == "1 passed, 0 failed, 0 skipped", done.output
    done = run(tmp_path, {**right, "expect": wrong})
    assert done.exit_code == 1 and done.stdout.splitlines()[-1] == "0 passed, 1 failed, 0 skipped", done.output


def test_a_case_without_a_request_fails(tmp_path: Path) -> None:
    assert run(tmp_path, case("queue-scorer", {"scores": {}}, {}, requests=[])).exit_code == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the vectors of other projects are not here")
@pytest.mark.parametrize(("file", "passed"), [("llm-d/picking.jsonl", 32), ("gie/protocol.jsonl", 6)])
def test_cases_of_other_projects(file: str, passed: int) -> None:
    done = CliRunner().invoke(app, ["test", str(SHARED / file)])
    assert done.exit_code == 0 and done.stdout.splitlines()[-1].startswith(f"{passed} passed, 0 failed"), done.output


@pytest.mark.skipif(not SHARED.is_dir(), reason="the vectors of other projects are not here")
@pytest.mark.parametrize(
    "change",
    [
        {"expect": {"status": 200, "endpoint_in": ["10.0.1.9:3000"]}},
        {"expect": {"output_header": "x-other", "output_metadata": "m", "must_be_equal": True}},
        {"expect": {"output_header": "x-gateway-destination-endpoint", "format": "ip"}},
        {"expect": {"status": 200}, "state": {"subset_hint": []}},
    ],
)
def test_wrong_expectations_of_the_protocol_fail(tmp_path: Path, change: dict[str, Any]) -> None:
    first = json.loads((SHARED / "gie/protocol.jsonl").read_text(encoding="utf-8").splitlines()[0])
    changed = {**first, "expect": change["expect"], "state": {**first["state"], **change.get("state", {})}}
    changed["manifests"] = [str(SHARED / "gie" / name) for name in first["manifests"]]
    done = run(tmp_path, changed)
    assert done.exit_code == 1, done.output
