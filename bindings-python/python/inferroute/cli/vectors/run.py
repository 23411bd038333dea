"""Runs files of vectors and prints what came out, class by class."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from inferroute import InferrouteError

from . import skips
from .case import Case, read
from .check import Verdict, check


@dataclass
class Class:
    """What came out of the cases of one class."""

    passed: int = 0
    failed: list[tuple[str, list[str]]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    only: Counter[str] = field(default_factory=Counter)
    """Passed, but only so far as the case tells."""


def run(console: Console, paths: list[str]) -> bool:
    """Runs every case of every file. True: none failed."""
    classes: dict[str, Class] = {}
    for case in [case for path in paths for case in read(path)]:
        _count(classes.setdefault(case.cls, Class()), case)
    _show(console, classes)
    passed = sum(each.passed for each in classes.values())
    failed = sum(len(each.failed) for each in classes.values())
    skipped = sum(each.skipped.total() for each in classes.values())
    console.print(f"{passed} passed, {failed} failed, {skipped} skipped", style="bold red" if failed else "bold green", highlight=False)
    return not failed


def _count(found: Class, case: Case) -> None:
    reason = skips.before(case)
    if reason is not None:
        found.skipped[reason] += 1
        return
    try:
        verdict = check(case)
    except InferrouteError as error:
        verdict = Verdict([f"{type(error).__name__} {error.code}: {error}"])
    reason = skips.after(case)
    if verdict.wrong:
        found.failed.append((case.id, verdict.wrong))
    elif reason is not None:
        found.skipped[reason] += 1
    else:
        found.passed += 1
        found.only.update(list(verdict.only))


def _show(console: Console, classes: dict[str, Class]) -> None:
    for each in classes.values():
        for name, wrong in each.failed:
            console.print(Text("FAILED ", style="bold red").append(name, style="bold"), soft_wrap=True)
            for line in wrong:
                console.print(Text(f"    {line}"), soft_wrap=True)
    if console.is_terminal:
        table = Table("class", "passed", "failed", "skipped")
        for name, each in classes.items():
            table.add_row(name, str(each.passed), str(len(each.failed)), str(each.skipped.total()))
        console.print(table)
    for name, each in classes.items():
        if not console.is_terminal:
            print(f"{name}: {each.passed} passed, {len(each.failed)} failed, {each.skipped.total()} skipped")
        for reason, count in each.only.items():
            console.print(Text(f"    compared in part {count} of {name}: {reason}", style="dim"), soft_wrap=True)
        for reason, count in each.skipped.items():
            console.print(Text(f"    skipped {count} of {name}: {reason}", style="dim"), soft_wrap=True)
