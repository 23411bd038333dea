"""A vector as it stands in its file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..usage import read_text, refuse

ARGUMENT = "FILE.jsonl..."


@dataclass(frozen=True)
class Case:
    """One line of a file of vectors."""

    id: str
    expect: dict[str, Any]
    cls: str
    folder: Path
    source_path: str = ""
    note: str = ""
    channel: str | None = None
    plugin: str | None = None
    config: Any = None
    manifests: list[str] = field(default_factory=list)
    inline_manifest: dict[str, Any] | None = None
    state: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    features: list[str] = field(default_factory=list)

    def sources(self) -> list[tuple[str, str]]:
        """The texts of the manifests by their names."""
        texts = [(name, read_text(ARGUMENT, str(self.folder / name))) for name in self.manifests]
        if self.inline_manifest is not None:
            texts.append(("inline_manifest", json.dumps(self.inline_manifest)))
        return texts


def read(path: str) -> Iterator[Case]:
    """The cases of a file. A line that is no case is wrong usage: a file that is not read as it was meant must not pass."""
    for number, line in enumerate(read_text(ARGUMENT, path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            case = Case(folder=Path(path).parent, **{name: value for name, value in raw.items() if value is not None})
        except (ValueError, AttributeError, TypeError) as error:
            raise refuse(ARGUMENT, f"{path}:{number} is no vector: {error}") from None
        if not case.expect:
            raise refuse(ARGUMENT, f"{path}:{number} has no expectation")
        yield case
