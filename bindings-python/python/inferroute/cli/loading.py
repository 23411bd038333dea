"""From files to a router."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inferroute import STRATEGIES, OptionError, Router

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


def options(strict: bool, strategy: str | None, mesh: bool = False, endpoint_picker_config: str | None = None) -> dict[str, Any]:
    """The options of a router. `endpoint_picker_config` is the path of one."""
    chosen: dict[str, Any] = {"strict": strict, "mesh": mesh}
    if strategy is not None and strategy not in STRATEGIES:
        raise refuse("--strategy", f"{strategy!r} is none of {', '.join(STRATEGIES)}")
    if strategy is not None and endpoint_picker_config is not None:
        raise refuse("--strategy", "--strategy and --endpoint-picker-config both say how an endpoint is chosen; give one")
    if strategy is not None:
        chosen["strategy"] = strategy
    if endpoint_picker_config is not None:
        chosen["endpoint_picker_config"] = read_text("--endpoint-picker-config", endpoint_picker_config)
    return chosen


def load(sources: Sources, seed: int | None = None, **chosen: Any) -> Router:
    """A router of the texts. Raises ``ManifestError``."""
    try:
        return Router(sources.texts, seed=seed, **chosen)
    except OptionError as error:
        raise refuse("options", str(error)) from None
