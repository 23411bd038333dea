"""From files to a router in the state that they describe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from inferroute import STRATEGIES, EventError, OptionError, Router

from .usage import read_text, refuse


@dataclass(frozen=True)
class Sources:
    """The texts of manifests by the names that messages show."""

    texts: list[tuple[str, str]]

    @classmethod
    def read(cls, argument: str, paths: list[str]) -> Sources:
        seen: dict[str, str] = {}
        for path in paths:
            if path in seen:
                raise refuse(argument, f"{path} is named twice")
            seen[path] = read_text(argument, path)
        return cls(list(seen.items()))


def options(strict: bool, strategy: str | None) -> dict[str, Any]:
    """The options of a router."""
    chosen: dict[str, Any] = {"strict": strict}
    if strategy is not None and strategy not in STRATEGIES:
        raise refuse("--strategy", f"{strategy!r} is none of {', '.join(STRATEGIES)}")
    if strategy is not None:
        chosen["strategy"] = strategy
    return chosen


def load(sources: Sources, seed: int | None = None, **chosen: Any) -> Router:
    """A router of the texts. Raises ``ManifestError``."""
    try:
        return Router(sources.texts, seed=seed, **chosen)
    except OptionError as error:
        raise refuse("options", str(error)) from None


def apply_state(router: Router, path: str) -> None:
    """Tells the router what a state file says."""
    try:
        state = yaml.safe_load(read_text("--state", path))
    except yaml.YAMLError as error:
        raise refuse("--state", f"{path} is neither YAML nor JSON: {error}") from None
    state = {} if state is None else state
    if not isinstance(state, dict):
        raise refuse("--state", f"{path} must be a mapping with endpoints and in_flight")
    unknown = sorted(str(key) for key in state if key not in ("endpoints", "in_flight"))
    if unknown:
        raise refuse("--state", f"{path} has the unknown field {unknown[0]}; there are endpoints and in_flight")
    # A key without a value is an empty one.
    endpoints = [] if state.get("endpoints") is None else state["endpoints"]
    in_flight = {} if state.get("in_flight") is None else state["in_flight"]
    if not isinstance(endpoints, list) or not isinstance(in_flight, dict):
        raise refuse("--state", f"{path}: endpoints must be a list, in_flight a mapping of endpoint ids to numbers")
    try:
        router.observe({"event": "endpoints_replaced", "endpoints": endpoints})
        known = {endpoint["id"] for endpoint in router.endpoints()}
        for endpoint, count in in_flight.items():
            if endpoint not in known:
                # The router would count it, should it appear; here nothing appears later.
                raise refuse("--state", f"{path}: in_flight names {endpoint!r}, which is no endpoint of any pool")
            router.observe({"event": "in_flight_counted", "endpoint": endpoint, "count": count})
    except EventError as error:
        raise refuse("--state", f"{path}: {error}") from None
