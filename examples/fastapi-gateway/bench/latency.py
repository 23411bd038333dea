"""What inferroute adds to the latency of this gateway: `make latency`."""

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
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        fleet = Fleet(Path(directory), "--speed", "1000")
        stack.callback(fleet.close)
        urls = {}
        for name, program in {"inferroute": ["-m", "gateway"], "round robin": ["bench/plain.py"]}.items():
            port, admin = free_port(), free_port()
            files = ["--manifest", str(fleet.manifest), "--endpoints", str(fleet.endpoints_file)]
            command = [sys.executable, *program, *files, "--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{admin}"]
            urls[name] = f"http://127.0.0.1:{port}"
            stack.enter_context(running(command, f"{urls[name]}/v1/models", Path(directory) / f"{name}.log", cwd=HERE))
        compare(urls, count)


if __name__ == "__main__":
    main()
