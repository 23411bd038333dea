"""Problems of manifests as a compiler prints them, as JSON, and as SARIF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from inferroute import Diagnostic

from .loading import Sources
from .sarif import sarif

WIDEST = 160
"""Characters of a source line that are shown; of longer ones, the part around the column."""

COLOURS = {"error": "bold red", "warning": "bold yellow"}


def as_dict(found: Diagnostic) -> dict[str, Any]:
    """A diagnostic as plain values."""
    names = ["code", "severity", "message", "help", "file", "line", "column", "object", "field"]
    return {name: getattr(found, name) for name in names}


def as_json(found: Sequence[Diagnostic]) -> str:
    """The diagnostics as a JSON list."""
    return json.dumps([as_dict(diagnostic) for diagnostic in found], indent=2, ensure_ascii=False)


def as_sarif(found: Sequence[Diagnostic]) -> str:
    """The diagnostics as a SARIF 2.1.0 log."""
    return json.dumps(sarif(found), indent=2, ensure_ascii=False)


def excerpt(line: str, column: int) -> tuple[str, str]:
    """The source line and the line with the caret under ``column``, which counts characters from 1."""
    start = max(0, column - 1 - WIDEST // 2) if len(line) > WIDEST else 0
    shown = line[start : start + WIDEST]
    # Tabs stay tabs, so that the caret stands under its character however wide they are.
    before = "".join("\t" if character == "\t" else " " for character in shown[: column - 1 - start])
    return shown, before + "^"


def show(console: Console, sources: Sources, found: Sequence[Diagnostic]) -> None:
    """Prints the diagnostics with their source lines."""
    for diagnostic in found:
        colour = COLOURS.get(diagnostic.severity, "bold")
        head = Text(f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}: ", style="bold")
        head.append(f"{diagnostic.severity} {diagnostic.code}", style=colour).append(f": {diagnostic.message}")
        console.print(head, soft_wrap=True)
        source = sources.line(diagnostic.file, diagnostic.line)
        if source is not None:
            shown, caret = excerpt(source, diagnostic.column)
            gutter = f"{diagnostic.line:>5} | "
            console.print(Text(gutter, style="blue").append(shown, style="default"), soft_wrap=True)
            console.print(Text(" " * 5 + " | ", style="blue").append(caret, style=colour), soft_wrap=True)
        where = " ".join(part for part in (diagnostic.object, diagnostic.field) if part)
        if where:
            console.print(Text("      = in: ", style="blue").append(where, style="default"), soft_wrap=True)
        if diagnostic.help:
            console.print(Text("      = help: ", style="blue").append(diagnostic.help, style="default"), soft_wrap=True)
