"""What inferroute adds to the latency of LiteLLM's proxy: `make latency`."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "tests" / "python"))

from fleet import Fleet, free_port, running  # noqa: E402
from latency import compare  # noqa: E402


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        fleet = Fleet(Path(directory), "--speed", "1000")
        stack.callback(fleet.close)
        urls = {}
        for name, more in {"inferroute": [], "LiteLLM's own": ["--plain"]}.items():
            port = free_port()
            command = [sys.executable, str(HERE / "bench" / "proxy.py"), str(fleet.manifest), str(fleet.endpoints_file), str(port), str(free_port()), *more]
            urls[name] = f"http://127.0.0.1:{port}"
            log = Path(directory) / f"{name}.log"
            stack.enter_context(running(command, f"{urls[name]}/health/liveliness", log, 120))
        compare(urls, count)


if __name__ == "__main__":
    main()
