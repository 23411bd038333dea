"""The command line: what each command prints and how it ends."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

import inferroute
from conftest import POOL, TIERS
from inferroute.cli.app import app
from inferroute.cli.diagnostics import show
from inferroute.cli.loading import Sources, load

STATE = """
endpoints:
  - {name: vllm-0, address: 10.0.0.1, labels: {app: vllm}}
  - {name: vllm-1, address: 10.0.0.2, labels: {app: vllm}}
  - {name: vllm-2, address: 10.0.0.3, labels: {app: vllm}, ready: false}
in_flight: {default/vllm-0: 9}
"""
BROKEN = TIERS.replace("name: gpus}]", "name: gpus, weight: -1}]", 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in [("good.yaml", TIERS), ("broken.yaml", BROKEN), ("state.yaml", STATE), ("body.json", '{"model": "mistral"}')]:
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def as_json(*arguments: str, code: int = 0) -> Any:
    done = run(*arguments, "--output", "json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_validate_says_that_all_is_well() -> None:
    done = run("validate", "good.yaml")
    assert (done.exit_code, done.stdout) == (0, "1 file, 0 errors, 0 warnings\n")


def test_validate_prints_problems_as_a_compiler_does() -> None:
    done = run("validate", "broken.yaml")
    assert done.exit_code == 1
    with pytest.raises(inferroute.ManifestError) as refused:
        inferroute.Router({"broken.yaml": BROKEN})
    problem, = refused.value.problems
    head, place, _, source, caret, where, hint, docs, last = done.stdout.splitlines()
    assert head == f"error[{problem.code}]: {problem.message}" and place.endswith(f"--> broken.yaml:{problem.line}:{problem.column}")
    line = BROKEN.splitlines()[problem.line - 1]
    assert source == f"{problem.line} | {line}"
    assert source[caret.index("^"):].startswith("-1}") and caret.count("^") == problem.end_column - problem.column == 2
    assert where.endswith(f" = in: {problem.object} {problem.field}")
    assert hint.endswith(f" = help: {problem.help}") and docs.endswith(f" = docs: {problem.docs}") and last == "1 file, 1 error, 0 warnings"


def test_validate_reads_files_together_and_standard_input(folder: Path) -> None:
    route, pool = TIERS.replace(POOL, ""), POOL
    (folder / "pool.yaml").write_text(pool)
    assert run("validate", "-", stdin=route).stdout.count("info[RT") == 1
    assert run("validate", "-", "pool.yaml", stdin=route).stdout == "2 files, 0 errors, 0 warnings\n"


def test_validate_gives_infos_and_ends_well() -> None:
    done = run("validate", "-", stdin=TIERS.replace(POOL, ""))
    assert done.exit_code == 0 and "<stdin>" not in done.stdout and "--> -:6:" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 file, 0 errors, 0 warnings, 1 info"


def test_validate_in_json() -> None:
    problem, = as_json("validate", "broken.yaml", code=1)
    assert (problem["code"], problem["severity"], problem["file"]) == ("RT0103", "error", "broken.yaml")
    assert problem.keys() == {"code", "severity", "message", "help", "file", "line", "column", "end_column", "object", "field", "docs"}
    assert as_json("validate", "good.yaml") == []


def test_validate_in_sarif() -> None:
    done = run("validate", "broken.yaml", "-o", "sarif")
    log = json.loads(done.stdout)
    assert done.exit_code == 1 and log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
    found, = log["runs"]
    result, = found["results"]
    assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "RT0103"
    place = result["locations"][0]["physicalLocation"]
    assert result["level"] == "error" and place["artifactLocation"]["uri"] == "broken.yaml"
    assert place["region"]["startLine"] > 1 and place["region"]["startColumn"] > 1
    assert json.loads(run("validate", "good.yaml", "-o", "sarif").stdout)["runs"][0]["results"] == []


def test_info_and_warnings_count_when_asked_for(folder: Path) -> None:
    (folder / "info.yaml").write_text(TIERS.replace(POOL, ""))
    (folder / "warning.yaml").write_text(TIERS.replace("matches", "match", 1))
    for name, ends in [("good.yaml", (0, 0, 0)), ("info.yaml", (0, 0, 1)), ("warning.yaml", (0, 1, 1)), ("broken.yaml", (1, 1, 1))]:
        for least, end in zip(["error", "warning", "info"], ends, strict=True):
            for output in ["text", "json", "sarif"]:
                assert run("validate", name, "--fail-on", least, "-o", output).exit_code == end, (name, least, output)


def test_a_terminal_shows_the_same_in_colours() -> None:
    for name in ["broken.yaml", "good.yaml"]:
        sources = Sources.read("FILE...", [name])
        try:
            found = load(sources).warnings
        except inferroute.ManifestError as error:
            found = error.problems
        plain, coloured = io.StringIO(), io.StringIO()
        show(Console(file=plain), sources, found)
        show(Console(file=coloured, force_terminal=True, color_system="standard"), sources, found)
        assert plain.getvalue() == inferroute.render(found, sources.texts)
        assert re.sub("\x1b\\[[0-9;]*m", "", coloured.getvalue()) == plain.getvalue()
        assert ("\x1b[1;31merror" in coloured.getvalue()) == bool(found)


def test_problems_that_are_left_out_are_counted(folder: Path) -> None:
    (folder / "many.yaml").write_text("kind: [\n---\n" * 250)
    done = run("validate", "many.yaml")
    assert done.exit_code == 1 and done.stdout.splitlines()[-2:] == ["and 50 more", "1 file, 250 errors, 0 warnings"]


def test_models(folder: Path) -> None:
    rule = {"matches": [{"headers": [{"name": "x-ai-eg-model", "value": "mistral"}]}], "modelsOwnedBy": "us", "modelsCreatedAt": "2025-03-31T08:00:00Z"}
    spec = {"rules": [rule], "hostnames": ["*.example.com"]}
    route = {"apiVersion": "aigateway.envoyproxy.io/v1beta1", "kind": "AIGatewayRoute", "metadata": {"name": "r"}, "spec": spec}
    (folder / "models.json").write_text(json.dumps(route))
    assert run("models", "-f", "models.json").stdout == ""
    assert run("models", "-f", "models.json", "--host", "a.example.com").stdout == "mistral\tus\t2025-03-31T08:00:00Z\n"
    listed = [{"id": "mistral", "owned_by": "us", "created": "2025-03-31T08:00:00Z"}]
    assert as_json("models", "-f", "models.json", "--host", "a.example.com") == listed
    assert as_json("models", "-f", "models.json") == []
    assert run("models", "-f", "broken.yaml").exit_code == 1


def test_decide() -> None:
    done = run("decide", "-f", "good.yaml", "--state", "state.yaml", "--header", "X-Tier=gold", "--seed", "5")
    said = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if not line.startswith("fallback"))
    assert done.exit_code == 0 and said["status"] == "200" and said["seed"] == "5"
    assert (said["route"], said["rule"], said["backend"], said["endpoint"]) == ("default/chat", "0", "InferencePool default/gpus", "default/vllm-1")
    assert "fallback 1       InferencePool default/gpus endpoint default/vllm-0 at 10.0.0.1:8000\n" in done.stdout


def test_decide_in_json() -> None:
    found = as_json("decide", "-f", "good.yaml", "--state", "state.yaml", "-H", "x-tier=gold", "--model", "m", "--seed", "5")
    assert found.keys() == {
        "status", "reason", "route", "rule", "backend", "pool", "endpoint", "address", "model", "fallbacks", "mutations", "location", "direct_response", "seed",
    }
    assert found["backend"] == {"kind": "InferencePool", "namespace": "default", "name": "gpus"}
    assert (found["status"], found["reason"], found["model"], found["address"]) == (200, None, "m", "10.0.0.2:8000")
    assert [each["endpoint"] for each in found["fallbacks"]] == ["default/vllm-0"] and found["location"] is None


def test_decide_without_a_route() -> None:
    done = run("decide", "-f", "good.yaml", "-H", "x-tier=tin")
    assert done.exit_code == 1 and done.stdout.splitlines()[:2] == ["status  404", "reason  no_rule"]
    found = as_json("decide", "-f", "good.yaml", "-H", "x-tier=gold", code=1)
    assert (found["status"], found["reason"], found["route"], found["backend"]) == (503, "pool_empty", "default/chat", None)


def test_decide_many_times() -> None:
    ask = ["decide", "-f", "good.yaml", "--state", "state.yaml", "-H", "x-tier=gold", "--strategy", "random", "--count", "1000", "--seed", "1"]
    shares = as_json(*ask)["shares"]
    assert sorted(shares) == [f"InferencePool default/gpus endpoint default/vllm-{n} at 10.0.0.{n + 1}:8000" for n in (0, 1)]
    assert sum(shares.values()) == pytest.approx(1) and all(0.4 < share < 0.6 for share in shares.values())
    assert as_json(*ask)["shares"] == shares, "one seed, one answer"
    done = run(*ask)
    assert done.exit_code == 0 and done.stdout.startswith("1000 decisions\n") and done.stdout.count("%") == 2


def test_the_model_is_read_from_the_body(folder: Path) -> None:
    ask = ["decide", "-f", "good.yaml", "--state", "state.yaml", "-H", "x-tier=gold", "--body", "body.json"]
    assert as_json(*ask, "--path", "/v1/chat/completions")["model"] == "mistral"
    assert as_json(*ask, "--header", "Content-Type=application/json")["model"] == "mistral"
    assert as_json(*ask)["model"] is None
    (folder / "body.json").write_text('{"model": ')
    assert as_json(*ask, "--path", "/v1/chat/completions", code=1)["error"]["code"] == "BD0005"
    done = run(*ask, "--path", "/v1/chat/completions")
    assert done.exit_code == 1 and "BD0005" in done.stderr and not done.stdout


def test_a_redirect_has_a_location(folder: Path) -> None:
    rule = {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}]}
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "r"}, "spec": {"rules": [rule]}}
    (folder / "redirect.json").write_text(json.dumps(route))
    found = as_json("decide", "-f", "redirect.json", code=1)
    assert (found["status"], found["reason"]) == (301, "redirect")
    assert found["location"] == {"scheme": "https", "hostname": None, "port": None, "path": None}
    assert "location scheme  https" in run("decide", "-f", "redirect.json").stdout


def test_a_request_within_a_mesh(folder: Path) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "echo", "namespace": "shop"}, "spec": {"ports": [{"port": 80}]}}
    (folder / "service.json").write_text(json.dumps(service))
    ask = ["decide", "-f", "service.json", "--client-namespace", "shop", "--host", "echo"]
    assert as_json(*ask)["address"] == "echo.shop.svc.cluster.local:80"
    assert as_json(*ask, "--port", "81", code=1)["reason"] == "no_rule"
    done = run(*ask, "--gateway", "a/b")
    assert done.exit_code == 2 and "give one" in done.stderr


def test_a_pool_that_the_gateway_chose() -> None:
    ask = ["decide", "-f", "good.yaml", "--state", "state.yaml"]
    found = as_json(*ask, "--pool", "default/gpus")
    assert (found["route"], found["pool"]) == ("default/gpus", "default/gpus")
    assert as_json(*ask, "--pool", "default/cpus", code=1)["reason"] == "backend_not_found"
    done = run(*ask, "--pool", "gpus")
    assert done.exit_code == 2 and "namespace/name" in done.stderr


def test_explain() -> None:
    ask = ["explain", "-f", "good.yaml", "--state", "state.yaml", "-H", "x-tier=gold", "--seed", "5"]
    done = run(*ask)
    assert done.exit_code == 0 and done.stdout.startswith("default/chat rule 0 -> ") and "└─" in done.stdout
    assert as_json(*ask)["outcome"] + " [seed 5]" == done.stdout.splitlines()[0]
    assert run("explain", "-f", "good.yaml").exit_code == 1


def test_decide_on_manifests_with_problems() -> None:
    for command in ["decide", "explain"]:
        done = run(command, "-f", "broken.yaml")
        assert done.exit_code == 1 and not done.stdout and "error[RT0103]" in done.stderr
        assert as_json(command, "-f", "broken.yaml", code=1)["problems"][0]["code"] == "RT0103"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["validate"], "Missing argument"),
        (["validate", "none.yaml"], "'FILE...': cannot read none.yaml: No such file"),
        (["validate", "."], "cannot read .: Is a directory"),
        (["validate", "latin.yaml"], "cannot read latin.yaml: it is not UTF-8 (byte 2)"),
        (["validate", "good.yaml", "good.yaml"], "good.yaml is named twice"),
        (["validate", "good.yaml", "--output", "xml"], "--output"),
        (["decide"], "--file"),
        (["decide", "-f", "none.yaml"], "'--file': cannot read none.yaml"),
        (["decide", "-f", "good.yaml", "--header", "x-tier"], "'--header': 'x-tier' is not of the form name=value"),
        (["decide", "-f", "good.yaml", "-H", "x tier=1"], "'--header': 'x tier=1' is not of the form name=value"),
        (["decide", "-f", "good.yaml", "-H", "=1"], "is not of the form name=value"),
        (["decide", "-f", "good.yaml", "--gateway", "public"], "'--gateway': 'public' is not of the form namespace/name"),
        (["decide", "-f", "good.yaml", "--port", "80"], "'--port'"),
        (["decide", "-f", "good.yaml", "--gateway", "a/b", "--port", "0"], "--port"),
        (["decide", "-f", "good.yaml", "--gateway", "a/b/c"], "namespace/name"),
        (["decide", "-f", "good.yaml", "--model", "m", "--body", "body.json"], "'--body'"),
        (["decide", "-f", "good.yaml", "--body", "none.json"], "'--body': cannot read none.json"),
        (["decide", "-f", "good.yaml", "--strategy", "best"], "'--strategy': 'best' is none of random, round_robin"),
        (["decide", "-f", "good.yaml", "--seed", "-1"], "--seed"),
        (["decide", "-f", "good.yaml", "--count", "0"], "--count"),
        (["decide", "-f", "good.yaml", "--state", "none.yaml"], "'--state': cannot read none.yaml"),
        (["explain", "-f", "good.yaml", "--count", "2"], "--count"),
        (["test", "none.jsonl"], "'FILE.jsonl...': cannot read none.jsonl"),
        (["decode"], "decode"),
    ],
)
def test_wrong_usage_names_the_argument(folder: Path, arguments: list[str], says: str) -> None:
    (folder / "latin.yaml").write_bytes("a:é".encode("latin-1"))
    done = run(*arguments)
    assert done.exit_code == 2 and not done.stdout, done.output
    assert says in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("[1]", "wrong.yaml:1:1: the state must be a mapping, not a list"),
        ("endpoint: []", "wrong.yaml:1:11: unknown field endpoint; did you mean 'endpoints'?; there are endpoints, in_flight"),
        ("endpoints: {}\nin_flight: []", "wrong.yaml:1:12: endpoints must be a list, not a mapping"),
        ("in_flight: []", "wrong.yaml:1:12: in_flight must be a mapping, not a list"),
        ("endpoints: 1", "endpoints must be a list, not a whole number"),
        ("endpoints:\n  - a", "wrong.yaml:2:5: endpoints[0] must be a mapping, not text"),
        ("endpoints: [{address: 10.0.0.1}]", "wrong.yaml:1:13: endpoints[0] has no name"),
        ("endpoints:\n  - name: a\n  - {name: b, redy: true}", "wrong.yaml:3:21: unknown field redy; did you mean 'ready'?"),
        ("endpoints: [{name: a, ready: 1}]", "endpoints[0].ready must be true or false, not a whole number"),
        ("endpoints:\n  - name: a\n  - {name: b, address: nowhere/}", "wrong.yaml:3:5: `nowhere/` of endpoint `b` is not an IP address"),
        ("endpoints: [{name: a, labels: {x: 1}}]", "wrong.yaml:1:35: endpoints[0].labels.x must be text, not a whole number; put it in quotes"),
        ("endpoints: [{name: 2025-01-01}]", "endpoints[0].name must be text, not timestamp; put it in quotes"),
        ("endpoints: [{name: null}]", "endpoints[0].name must be text, not nothing"),
        ("in_flight: {nobody: 1}", "wrong.yaml:1:21: in_flight names 'nobody', which is no endpoint of any pool"),
        ("endpoints: [{name: vllm-0, labels: {app: vllm}}]\nin_flight: {default/vlm-0: 1}", "did you mean 'default/vllm-0'?"),
        ("endpoints: [{name: a, labels: {app: vllm}}]\nin_flight: {default/a: many}", "wrong.yaml:2:24: in_flight of default/a must be a whole number"),
        ("endpoints: [{name: a, labels: {app: vllm}}]\nin_flight: {default/a: -1}", "in_flight of default/a goes from 0 to 4294967295, not -1"),
        ("endpoints: [", "wrong.yaml:1:13: this is neither YAML nor JSON"),
        ("a: !!python/object:os.system x", "unknown field a"),
        ("a: 1\n---\nb: 2", "neither YAML nor JSON"),
        ("[" * 5000, "neither YAML nor JSON"),
    ],
)
def test_wrong_states(folder: Path, state: str, says: str) -> None:
    (folder / "wrong.yaml").write_text(state)
    done = run("decide", "-f", "good.yaml", "--state", "wrong.yaml")
    assert done.exit_code == 2 and "'--state'" in done.stderr and says in done.stderr, done.output
    assert "Traceback" not in done.stderr


def test_states_may_share_and_leave_out(folder: Path) -> None:
    (folder / "shared.yaml").write_text(
        "endpoints:\n  - &first {name: a, address: 10.0.0.1, labels: {app: vllm}, ready: yes}\n  - {<<: *first, name: b, namespace: }\nin_flight:\n"
    )
    ask = ["decide", "-f", "good.yaml", "-H", "x-tier=gold", "--state", "shared.yaml", "--seed", "1"]
    assert as_json(*ask)["endpoint"] in ("default/a", "default/b")
    (folder / "none.yaml").write_text("")
    assert as_json(*ask[:-3], "none.yaml", code=1)["reason"] == "pool_empty"


def test_strict_refuses_what_an_api_server_would(folder: Path) -> None:
    (folder / "loose.yaml").write_text(POOL.replace("number: 8000", "number: 8000}, {number: 8000"))
    assert run("validate", "loose.yaml").exit_code == 0
    done = run("validate", "loose.yaml", "--strict")
    assert done.exit_code == 1 and "error[RT0401]" in done.stdout
    assert run("decide", "-f", "loose.yaml", "--strict").stderr.count("error[RT0401]") == 1


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "inferroute", "validate", "good.yaml"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 file, 0 errors, 0 warnings\n", "")
    done = subprocess.run([sys.executable, "-m", "inferroute", "--version"], capture_output=True, text=True)
    assert done.stdout.strip() == inferroute.__version__


@pytest.mark.parametrize("missing", ["typer", "rich", "yaml"])
def test_without_its_dependencies_it_says_what_to_install(missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; from inferroute.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 2 and f"needs {missing}; pip install typer pyyaml" in done.stderr
    assert "Traceback" not in done.stderr
