"""Diagnostics in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from inferroute import Diagnostic, __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def sarif(found: Sequence[Diagnostic]) -> dict[str, Any]:
    """A log of one run."""
    codes = sorted({diagnostic.code for diagnostic in found})
    rules = [{"id": code} for code in codes]
    driver = {"name": "inferroute", "version": __version__, "rules": rules}
    results = [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    text = f"{diagnostic.message}; {diagnostic.help}" if diagnostic.help else diagnostic.message
    region = {"startLine": max(1, diagnostic.line), "startColumn": max(1, diagnostic.column)}
    # quote() leaves what a relative reference may hold; a backslash or a blank is no part of one.
    artifact = {"uri": quote(diagnostic.file.replace("\\", "/"))}
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": "note" if diagnostic.severity == "info" else diagnostic.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }
    if diagnostic.object:
        name = f"{diagnostic.object} {diagnostic.field}".strip()
        result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": name}]
    return result
