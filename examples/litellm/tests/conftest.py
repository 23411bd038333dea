from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "python")]
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

from fleet import HTTP, Fleet, free_port, running  # noqa: E402


class Proxy:
    def __init__(self, port: int, admin: int) -> None:
        self.url, self.admin = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{admin}"

    def in_flight(self) -> int:
        return int(HTTP.get(f"{self.admin}/debug/in-flight").text)

    def endpoints(self) -> dict[str, dict]:
        return {each["id"].partition("/")[2].partition(":")[0]: each for each in HTTP.get(f"{self.admin}/debug/endpoints").json()}


@contextmanager
def proxy(fleet: Fleet, directory: Path, timeout: float = 1.0):
    """LiteLLM's proxy, started as people do."""
    port, admin, config = free_port(), free_port(), directory / "config.yaml"
    text = (HERE / "config.yaml").read_text().replace(":8000/", f":{fleet.port}/").replace("request_timeout: 60", f"request_timeout: {timeout}")
    config.write_text(text)
    # The config's callbacks are files beside it.
    (directory / "handler.py").write_text((HERE / "handler.py").read_text())
    environment = os.environ | {
        "INFERROUTE_MANIFEST": str(fleet.manifest), "INFERROUTE_ADMIN": f"127.0.0.1:{admin}", "PYTHONPATH": str(HERE),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "*", "INFERROUTE_DEBUG_HEADERS": "1",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    command = [str(Path(sys.executable).with_name("litellm")), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    found = Proxy(port, admin)
    with running(command, f"{found.url}/health/liveliness", directory / "log.txt", 300, env=environment, cwd=directory):
        yield found


@pytest.fixture(scope="session")
def fleet(tmp_path_factory):
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), "--speed", "20")
    yield fleet
    fleet.close()


@pytest.fixture(scope="session")
def gateway(fleet, tmp_path_factory):
    with proxy(fleet, tmp_path_factory.mktemp("proxy")) as gateway:
        yield gateway
