"""Starts LiteLLM's proxy for a manifest and a list of endpoints, as the load driver and the measurements do.

python bench/proxy.py MANIFEST ENDPOINTS LISTEN ADMIN [--plain]
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from config_of import config  # noqa: E402


def main() -> None:
    manifest, endpoints, listen, admin, *more = sys.argv[1:]
    manifest = str(Path(manifest).resolve())
    directory = Path(tempfile.mkdtemp(prefix="litellm-"))
    made = config(Path(manifest), Path(endpoints), plain="--plain" in more, timeout=float(os.environ.get("REQUEST_TIMEOUT", "1")))
    (directory / "config.yaml").write_text(yaml.safe_dump(made))
    (directory / "handler.py").write_text((HERE / "bench" / "handler.py").read_text())
    os.chdir(directory)
    environment = os.environ | {
        "INFERROUTE_MANIFEST": manifest, "INFERROUTE_ADMIN": admin,
        "PYTHONPATH": str(HERE), "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    host, _, port = listen.rpartition(":")
    program = str(Path(sys.executable).with_name("litellm"))
    os.execve(program, [program, "--config", "config.yaml", "--host", host, "--port", port], environment)


if __name__ == "__main__":
    main()
