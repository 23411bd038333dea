"""What the gateway counts of itself, as a metrics page."""

from __future__ import annotations

from collections import Counter

from inferroute import Router

PREFIX = "inferroute_gateway"


class Tally:
    def __init__(self) -> None:
        self.counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
        self.decisions = 0
        self.deciding_ns = 0

    def count(self, name: str, **labels: str) -> None:
        self.counts[name, tuple(labels.items())] += 1

    def decided(self, nanos: int) -> None:
        self.decisions += 1
        self.deciding_ns += nanos

    def page(self, router: Router) -> str:
        series: dict[str, list[str]] = {}
        for (name, labels), value in sorted(self.counts.items()):
            series.setdefault(f"{name}_total counter", []).append(_line(f"{name}_total", dict(labels), value))
        for endpoint in router.endpoints():
            labels = {"endpoint": endpoint["id"]}
            for name in ("in_flight", "of_replicas", "waiting_tokens"):
                series.setdefault(f"{name} gauge", []).append(_line(name, labels, endpoint[name]))
        series["decision_seconds summary"] = [
            _line("decision_seconds_sum", {}, self.deciding_ns / 1e9),
            _line("decision_seconds_count", {}, self.decisions),
        ]
        return "".join(f"# TYPE {PREFIX}_{kind}\n" + "".join(lines) for kind, lines in series.items())


def _line(name: str, labels: dict[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{text}"' for key, text in labels.items())
    return f"{PREFIX}_{name}{{{inside}}} {value}\n" if inside else f"{PREFIX}_{name} {value}\n"


def in_flight(router: Router) -> int:
    """Requests of this replica."""
    return sum(endpoint["in_flight"] - endpoint["of_replicas"] for endpoint in router.endpoints())
