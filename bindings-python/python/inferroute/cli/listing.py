"""What a plan lists, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from inferroute.types import PublishedModelDict


def show_models(console: Console, models: Sequence[PublishedModelDict]) -> None:
    """Prints published models: a table where there is a terminal, one a line with tabs elsewhere."""
    rows = [(model["id"], model["owned_by"], model["created"] or "") for model in models]
    if console.is_terminal:
        table = Table("model", "owned by", "created")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
        return
    for row in rows:
        print("\t".join(row))
