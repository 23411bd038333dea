"""Decisions as plain values and as text."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from inferroute import Decision, NoRoute

Answer = Decision | NoRoute


def as_dict(answer: Answer) -> dict[str, Any]:
    """Every field, null where it does not apply."""
    found: dict[str, Any] = dict.fromkeys(
        ["status", "reason", "route", "rule", "backend", "pool", "endpoint", "address", "model", "fallbacks", "mutations"]
    )
    found |= {"fallbacks": [], "mutations": {}, "location": None, "direct_response": None, "seed": answer.seed}
    said: dict[str, Any] = dict(answer.to_dict())
    if answer.ok:
        said["status"] = 200
    return found | {name: value for name, value in said.items() if name in found}


def in_short(answer: Answer) -> str:
    """The answer in a line, the same for all answers that send a request to one place."""
    if not answer.ok:
        return f"{answer.status} {answer.reason}"
    parts = [str(answer.backend)]
    if answer.pool:
        parts.append(f"endpoint {answer.endpoint}")
    if answer.address:
        parts.append(f"at {answer.address}")
    if answer.model_override:
        parts.append(f"as {answer.model_override}")
    return " ".join(parts)


def shares(answers: list[Answer]) -> dict[str, float]:
    """How large a part of the answers each one is, the largest first."""
    counts: dict[str, int] = {}
    for answer in answers:
        text = in_short(answer)
        counts[text] = counts.get(text, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {text: count / len(answers) for text, count in ordered}


def _rows(answer: Answer) -> list[tuple[str, str]]:
    found = as_dict(answer)
    rows = [(name, found[name]) for name in ["status", "reason", "route", "rule"]]
    if answer.ok:
        rows += [("backend", str(answer.backend)), ("pool", answer.pool), ("endpoint", answer.endpoint)]
        rows += [("address", answer.address), ("model", answer.model), ("path", answer.rewritten_path)]
        rows += [(f"fallback {number}", _attempt(each)) for number, each in enumerate(found["fallbacks"], 1)]
        rows += [(name, value) for name, value in found["mutations"].items()]
    elif answer.direct_response:
        rows += [(f"response {name}", value) for name, value in answer.direct_response.items()]
    elif answer.location:
        rows += [(f"location {name}", value) for name, value in answer.location.items()]
    rows.append(("seed", answer.seed))
    return [(name, str(value)) for name, value in rows if value is not None]


def _attempt(attempt: dict[str, Any]) -> str:
    backend = attempt["backend"]
    parts = [f"{backend['kind']} {backend['namespace']}/{backend['name']}"]
    parts += [f"{word} {attempt[name]}" for word, name in [("endpoint", "endpoint"), ("at", "address"), ("as", "model")] if attempt[name]]
    return " ".join(parts)


def show(console: Console, answer: Answer) -> None:
    """Prints an answer, a field a line."""
    rows = _rows(answer)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        colour = ("green" if answer.ok else "red") if name == "status" else "default"
        console.print(Text(f"{name:<{width}}  ", style="bold").append(value, style=colour), soft_wrap=True)


def show_shares(console: Console, found: dict[str, float], count: int) -> None:
    """Prints the shares of many answers: a table where there is a terminal, lines elsewhere."""
    if console.is_terminal:
        table = Table("share", "answer", title=f"{count} decisions")
        for text, share in found.items():
            table.add_row(f"{share:.2%}", Text(text))
        console.print(table)
        return
    print(f"{count} decisions")
    for text, share in found.items():
        print(f"{share:>8.2%}  {text}")
