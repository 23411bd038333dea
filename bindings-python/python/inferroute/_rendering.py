"""Diagnostics for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ._errors import Diagnostic
from ._native import _render

if TYPE_CHECKING:
    from .types import Format, Manifests


def render(diagnostics: Iterable[Diagnostic], manifests: Manifests = (), *, format: Format = "text") -> str:
    """Diagnostics as text with their source lines, as a JSON list, or as a SARIF 2.1.0 log.

    ``manifests`` are what was loaded: one text, a mapping of file names to texts, or pairs of both. A diagnostic about a text that is not there
    is printed without its line. Raises ``OptionError``.
    """
    return _render(as_json(diagnostics), manifests, format)


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The diagnostics as the compiled module takes them."""
    return json.dumps([found.to_dict() for found in diagnostics])
