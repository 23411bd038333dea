"""What the user got wrong on the command line: always exit code 2 and the argument by its name."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

STDIN = "-"


def refuse(argument: str, message: str) -> typer.BadParameter:
    """The error to raise for an argument."""
    return typer.BadParameter(message, param_hint=f"'{argument}'")


def read_bytes(argument: str, path: str) -> bytes:
    """The bytes of a file that an argument names; ``-`` is standard input."""
    try:
        return sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as error:
        raise refuse(argument, f"cannot read {path}: {error.strerror or error}") from None


def read_text(argument: str, path: str) -> str:
    """The text of a file that an argument names."""
    try:
        return read_bytes(argument, path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(argument, f"cannot read {path}: it is not UTF-8 (byte {error.start})") from None


def headers(given: list[str]) -> list[tuple[str, str]]:
    """The pairs of ``--header name=value``."""
    pairs = []
    for header in given:
        name, equals, value = header.partition("=")
        if not equals or not name.strip() or any(space in name for space in " \t:"):
            raise refuse("--header", f"{header!r} is not of the form name=value")
        pairs.append((name, value))
    return pairs
