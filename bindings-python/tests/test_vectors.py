"""Every case of core/tests/vectors, by the rules of the README there. Rust and Node run the same files and count the same cases."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import inferroute

ROOT = Path(__file__).parents[2] / "core" / "tests" / "vectors"


@dataclass
class File:
    description: str
    cases: list[dict[str, Any]]
    config: dict[str, Any] | None = None


@dataclass
class Config:
    file: str | None = None
    objects: list[Any] | None = None
    text: str | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def manifests(self, folder: Path) -> str:
        given = [source for source in (self.file, self.objects, self.text) if source is not None]
        assert len(given) == 1, "a config has exactly one of file, objects and text"
        if self.file is not None:
            return (folder / self.file).read_text(encoding="utf-8")
        if self.objects is not None:
            return "\n---\n".join(json.dumps(item) for item in self.objects)
        assert self.text is not None
        return self.text


@dataclass
class Request:
    headers: list[tuple[str, str]] = field(default_factory=list)
    host: str | None = None
    path: str | None = None
    method: str | None = None
    model: str | None = None
    gateway: str | None = None
    client_namespace: str | None = None
    pool: str | None = None
    port: int | None = None
    objective: str | None = None

    def arguments(self) -> dict[str, Any]:
        """All but the headers, as keyword arguments; what the case leaves out is not given."""
        given = {name: getattr(self, name) for name in ["host", "path", "method", "model", "gateway", "client_namespace", "port", "pool", "objective"]}
        return {name: value for name, value in given.items() if value is not None}

    def forms(self) -> list[Any]:
        """The same headers in every form that Python has for them."""
        pairs = [(name, value) for name, value in self.headers]
        as_bytes = [(name.encode(), value.encode()) for name, value in pairs]
        together: dict[str, list[str]] = {}
        for name, value in pairs:
            together.setdefault(name.lower(), []).append(value)
        forms = [pairs, as_bytes, iter(pairs), together]
        if len({name for name, _ in pairs}) == len(pairs):
            forms.append(dict(pairs))
        return forms


@dataclass
class Case:
    name: str
    expect: dict[str, Any]
    config: dict[str, Any] | None = None
    endpoints: list[dict[str, Any]] = field(default_factory=list)
    in_flight: dict[str, int] = field(default_factory=dict)
    load: dict[str, dict[str, Any]] = field(default_factory=dict)
    before: int = 0
    request: dict[str, Any] = field(default_factory=dict)
    now: int = 0
    seed: int = 0

    def router(self, manifests: str, options: dict[str, Any]) -> inferroute.Router:
        return inferroute.Router(manifests, seed=0, **{"strategy": "two_choice", **options})

    def prepare(self, router: inferroute.Router, ask: dict[str, Any]) -> None:
        for endpoint in self.endpoints:
            router.observe({"event": "endpoint_reported", "endpoint": endpoint}, now=self.now)  # type: ignore[typeddict-item]
        for endpoint_id, count in self.in_flight.items():
            router.observe({"event": "in_flight_counted", "endpoint": endpoint_id, "count": count}, now=self.now)
        for endpoint_id, load in self.load.items():
            router.observe({"event": "load_polled", "endpoint": endpoint_id, "load": load}, now=self.now)
        for _ in range(self.before):
            router.decide(**ask)


def all_cases() -> list[tuple[str, Path, dict[str, Any] | None, dict[str, Any]]]:
    cases = []
    for path in sorted(ROOT.rglob("*.json")):
        file = File(**json.loads(path.read_text(encoding="utf-8")))
        names = [case["name"] for case in file.cases]
        assert len(set(names)) == len(names), f"{path}: a name twice"
        for case in file.cases:
            cases.append((f"{path.relative_to(ROOT)}: {case['name']}", path.parent, file.config, case))
    return cases


CASES = all_cases()


@pytest.mark.parametrize(("folder", "shared", "raw"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_vector(folder: Path, shared: dict[str, Any] | None, raw: dict[str, Any]) -> None:
    case = Case(**raw)
    config = Config(**(case.config or shared or {}))
    expected = dict(case.expect)
    warnings = expected.pop("warnings", None)
    explain = expected.pop("explain", None)
    manifests = config.manifests(folder)

    if "issues" in expected:
        assert warnings is None and explain is None
        with pytest.raises(inferroute.ManifestError) as refused:
            case.router(manifests, config.options)
        assert {"issues": [problem.code for problem in refused.value.problems]} == expected
        assert refused.value.code == expected["issues"][0]
        return

    assert expected or warnings is not None or explain is not None, "a case without an expectation"
    request = Request(**case.request)
    for headers in request.forms():
        router = case.router(manifests, config.options)
        if warnings is not None:
            assert [warning.code for warning in router.warnings] == warnings
        if not isinstance(headers, (list, dict)):
            headers = list(headers) if case.before or explain is not None else headers
        ask = {"headers": headers, **request.arguments(), "now": case.now, "seed": case.seed}
        case.prepare(router, ask)
        if explain is not None:
            explained = router.explain(**ask)
            assert str(explained).splitlines() == explain
        if expected:
            answer = router.decide(**ask)
            found = dict(answer.to_dict())
            assert found.pop("seed") == case.seed
            if answer.ok:
                found["path"] = answer.rewritten_path
            for name in ["message", "location"]:
                found.pop(name, None)
            for name in ["fallbacks", "mutations", "path", "direct_response"]:
                if name not in expected:
                    found.pop(name, None)
            assert found == expected


def test_count() -> None:
    """As many as Rust runs."""
    print(f"{len(CASES)} vectors")
    assert len(CASES) == int((ROOT / "COUNT").read_text(encoding="ascii"))
