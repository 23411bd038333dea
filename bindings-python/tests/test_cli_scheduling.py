"""The command line with an EndpointPickerConfig, a prompt, and a state that says how busy endpoints are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from conftest import TIERS
from inferroute.cli.app import app

STATE = """
endpoints:
  - {name: a, address: 10.0.0.1, labels: {app: vllm}}
  - {name: b, address: 10.0.0.2, labels: {app: vllm}}
  - {name: c, address: 10.0.0.3, labels: {app: vllm}}
load:
  default/a: {waiting: 4, kv_usage: 0.5}
  default/b: {metrics_file: pages/b.txt}
  default/c:
    metrics: |
      vllm:num_requests_waiting 2
      vllm:kv_cache_usage_perc NaN
"""
CONFIG = """
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [{type: queue-scorer}, {type: token-load-scorer, parameters: {queueThresholdTokens: 100}}]
schedulingProfiles: [{name: default, plugins: [{pluginRef: queue-scorer, weight: 2}, {pluginRef: token-load-scorer}]}]
"""
ASK = ["-f", "good.yaml", "--state", "state.yaml", "-H", "x-tier=gold"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages").mkdir()
    files = {"good.yaml": TIERS, "state.yaml": STATE, "epp.yaml": CONFIG, "prompt.txt": "x" * 200, "pages/b.txt": "vllm:num_requests_waiting 0\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def totals(*arguments: str) -> list[float]:
    done = run("explain", *ASK, "--endpoint-picker-config", "epp.yaml", "--output", "json", *arguments)
    assert done.exit_code == 0, done.output
    return [round(endpoint["total"], 6) for endpoint in json.loads(done.stdout)["endpoints"]]


def test_load_stands_there_or_in_metrics_and_what_is_wrong_with_those_is_told() -> None:
    assert totals() == [1.0, 3.0, 2.0]
    done = run("decide", *ASK, "--endpoint-picker-config", "epp.yaml")
    assert done.exit_code == 0 and "default/b" in done.stdout
    assert "warning: state.yaml:10:5: load of default/c: MT0004 line 2 vllm:kv_cache_usage_perc" in done.stderr


def test_a_prompt_counts_as_text_or_file() -> None:
    assert totals("--prompt", "x" * 200) == totals("--prompt", "@prompt.txt", "--tenant", "t") == [0.5, 2.5, 1.5]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("{waiting: 4", "{waitin: 4"), "state.yaml:7:14: load of default/a: unknown field `waitin`"),
        (("{waiting: 4", "{waiting: -4"), "state.yaml:7:14: load of default/a: "),
        (("{waiting: 4", "{metrics: 4"), "load of default/a has metrics, kv_usage; give values, or metrics, or metrics_file"),
        (("pages/b.txt", "pages/none.txt"), "cannot read pages/none.txt"),
        (("{metrics_file: pages/b.txt}", "{metrics_file: 7}"), "load of default/b.metrics_file must be text, not a whole number"),
        (("{metrics_file: pages/b.txt}", "7"), "load of default/b must be a mapping"),
        (("{metrics_file: pages/b.txt}", "{waiting: 2020-01-01}"), "load of default/b: "),
        (("{metrics_file: pages/b.txt}", "&x {lora: *x}"), "state.yaml:8:14: "),
        (("default/b", "default/d"), "load names 'default/d', which is no endpoint of any pool"),
        (("load:", "lod:"), "unknown field lod; did you mean 'load'?"),
    ],
)
def test_wrong_loads(folder: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in STATE
    (folder / "state.yaml").write_text(STATE.replace(*change, 1))
    done = run("decide", *ASK)
    assert done.exit_code == 2 and "'--state'" in done.stderr and says in done.stderr, done.output


def test_a_wrong_configuration_is_shown_with_its_source(folder: Path) -> None:
    (folder / "epp.yaml").write_text(CONFIG.replace("type: queue-scorer", "type: queue-scorr"))
    for command in ("decide", "explain"):
        done = run(command, *ASK, "--endpoint-picker-config", "epp.yaml")
        assert done.exit_code == 1 and "RT0501" in done.stderr and "plugins: [{type: queue-scorr}" in done.stderr, done.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--endpoint-picker-config", "none.yaml"], "'--endpoint-picker-config': cannot read none.yaml"),
        (["--endpoint-picker-config", "epp.yaml", "--strategy", "random"], "give one"),
        (["--prompt", "@none.txt"], "'--prompt': cannot read none.txt"),
    ],
)
def test_wrong_arguments(arguments: list[str], says: str) -> None:
    done = run("decide", *ASK, *arguments)
    assert done.exit_code == 2 and says in done.stderr, done.output
