"""The command line ``inferroute``. What it needs beyond the library is installed with the package."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and ends the process: 0 fine, 1 problems or no route, 2 wrong usage."""
    try:
        from .app import app
    except ModuleNotFoundError as missing:
        package = (missing.name or "").split(".")[0]
        if package not in ("typer", "rich", "yaml"):
            raise
        print(f"inferroute: the command line needs {package}; pip install typer pyyaml", file=sys.stderr)
        sys.exit(2)
    app(prog_name="inferroute")
