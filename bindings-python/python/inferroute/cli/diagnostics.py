"""Findings on the terminal. What is printed comes from the core; here it gets its colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from inferroute import Diagnostic
from inferroute._native import _render_styled
from inferroute._rendering import as_json
from inferroute.types import Severity

from .loading import Sources

COLOURS = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan", "strong": "bold", "frame": "blue"}

SEVERITIES: list[Severity] = ["error", "warning", "info"]
"""The heaviest first."""


def show(console: Console, sources: Sources, found: Sequence[Diagnostic], left_out: int = 0) -> None:
    """Prints the diagnostics with their source lines."""
    pieces = _render_styled(as_json(found), sources.texts)
    if not console.is_terminal:
        console.file.write("".join(text for _, text in pieces))
    else:
        console.print(Text.assemble(*((text, COLOURS.get(style, "")) for style, text in pieces)), end="", soft_wrap=True)
    if left_out:
        console.file.write(f"and {left_out} more\n")


def summary(files: int, found: Sequence[Diagnostic], left_out: int = 0) -> str:
    """How many of what, in a line."""
    counts = Counter(diagnostic.severity for diagnostic in found)
    counts["error"] += left_out
    parts = [_number(files, "file"), _number(counts["error"], "error"), _number(counts["warning"], "warning")]
    return ", ".join(parts + [_number(counts["info"], "info")] * (counts["info"] > 0))


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def weighs(found: Diagnostic, least: str) -> bool:
    """Whether a diagnostic is of severity ``least`` or heavier."""
    severities: list[str] = list(SEVERITIES)
    return severities.index(found.severity) <= severities.index(least)
