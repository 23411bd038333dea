from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "python")]

from fleet import HTTP, Fleet, free_port, running  # noqa: E402


class Gateway:
    """A gateway that runs, by the addresses of its two applications."""

    def __init__(self, port: int, admin: int) -> None:
        self.url, self.admin = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{admin}"

    def in_flight(self) -> int:
        return int(HTTP.get(f"{self.admin}/debug/in-flight").text)

    def endpoints(self) -> dict[str, dict]:
        return {each["id"].partition("/")[2].partition(":")[0]: each for each in HTTP.get(f"{self.admin}/debug/endpoints").json()}

    def metrics(self) -> str:
        return HTTP.get(f"{self.admin}/metrics").text


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    """Starts a gateway as people do: a context manager of the fleet and more arguments."""
    from contextlib import contextmanager

    @contextmanager
    def start(fleet: Fleet, *arguments: str):
        port, admin = free_port(), free_port()
        log = tmp_path_factory.mktemp("gateway") / "log.txt"
        command = [sys.executable, "-m", "gateway", "--manifest", str(fleet.manifest), "--endpoints", str(fleet.endpoints_file)]
        command += ["--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{admin}", *arguments]
        gateway = Gateway(port, admin)
        with running(command, f"{gateway.url}/v1/models", log, cwd=HERE):
            yield gateway

    return start


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), "--speed", "20")
    yield fleet
    fleet.close()


@pytest.fixture(scope="module")
def gateway(fleet, start):
    with start(fleet, "--debug-headers", "--first-byte-timeout", "1", "--poll-every", "0.2", "--reload-every", "0.02") as gateway:
        yield gateway
