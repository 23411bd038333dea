"""Profiles written in Python. They become an EndpointPickerConfig that the loader reads, so there is one grammar and one set of errors."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from ._errors import OptionError
from ._native import Scorer


@dataclass(frozen=True)
class Plugin:
    """A plugin of an EndpointPickerConfig: its type, and parameters by the names that the type has for them."""

    type: str | Scorer
    parameters: dict[str, Any] = field(default_factory=dict)
    weight: float | None = None
    """What a scorer's rating counts; None: 1."""


@dataclass(frozen=True)
class Profile:
    """How an endpoint of a pool is chosen: filters take endpoints out, scorers rate those that stay, a picker takes one. Immutable.

        Profile("balanced").filter("decode-filter").scorer("queue-scorer", weight=2).scorer("prefix-cache-scorer", weight=3)

    Types and parameters are those of docs/endpoint-picker-config.md. Without a picker the highest score wins.
    """

    name: str
    plugins: tuple[Plugin, ...] = ()

    def filter(self, type: str, /, **parameters: Any) -> Profile:
        """Adds a filter. Filters run in the order in which they are added."""
        return self._with(Plugin(type, parameters))

    def scorer(self, type: str | Scorer, /, *, weight: float = 1, **parameters: Any) -> Profile:
        """Adds a scorer: one of the types, or one of your own."""
        return self._with(Plugin(type, parameters, weight))

    def picker(self, type: str, /, **parameters: Any) -> Profile:
        """Sets the picker."""
        return self._with(Plugin(type, parameters))

    def _with(self, plugin: Plugin) -> Profile:
        return replace(self, plugins=(*self.plugins, plugin))


def config(profiles: tuple[Profile, ...], handler: Plugin | None, saturation: Plugin | None) -> tuple[str, list[Scorer]]:
    """The text of an EndpointPickerConfig with these profiles, and the scorers of the host's own that it names."""
    plugins: list[dict[str, Any]] = []
    scorers: dict[str, Scorer] = {}

    def define(plugin: Plugin, name: str) -> str:
        kind = plugin.type
        if isinstance(kind, Scorer):
            if scorers.setdefault(kind.name, kind) is not kind:
                raise OptionError(f"two scorers have the name `{kind.name}`; give one of them another", "OP0002")
            kind = kind.name
        plugins.append({"name": name, "type": kind, **({"parameters": plugin.parameters} if plugin.parameters else {})})
        return name

    listed = []
    for profile in profiles:
        if not isinstance(profile, Profile):
            raise OptionError(f"a profile must be a Profile, not {type(profile).__name__}", "OP0002")
        references = []
        for number, plugin in enumerate(profile.plugins):
            reference: dict[str, Any] = {"pluginRef": define(plugin, f"{profile.name}/{number}")}
            if plugin.weight is not None:
                reference["weight"] = plugin.weight
            references.append(reference)
        listed.append({"name": profile.name, "plugins": references})
    if not listed:
        raise OptionError("a scheduling needs a Profile", "OP0002")
    written: dict[str, Any] = {"apiVersion": "llm-d.ai/v1alpha1", "kind": "EndpointPickerConfig", "plugins": plugins, "schedulingProfiles": listed}
    for given, name in ((handler, "handler"), (saturation, "saturation")):
        if given is not None and not isinstance(given, Plugin):
            raise OptionError(f"{name} must be a Plugin or None, not {type(given).__name__}", "OP0002")
    if handler is not None:
        define(handler, "handler")
    if saturation is not None:
        written["flowControl"] = {"saturationDetector": {"pluginRef": define(saturation, "saturation")}}
    try:
        return json.dumps(written, allow_nan=False), list(scorers.values())
    except (TypeError, ValueError) as error:
        raise OptionError(f"a parameter cannot be written down: {error}", "OP0002") from None
