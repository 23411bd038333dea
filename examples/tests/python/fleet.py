"""Mock model servers and a gateway before them, for the tests of the examples in Python."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT / "examples" / "vectors"
MOCK = Path(os.environ.get("MOCK_VLLM", ROOT / "target" / "examples" / "debug" / "mock-vllm"))
HTTP = httpx.Client(timeout=30, trust_env=False)


def free_port(ips: tuple[str, ...] = ("127.0.0.1",)) -> int:
    """A port that is free on all of the addresses."""
    while True:
        sockets = []
        try:
            port = 0
            for ip in ips:
                sockets.append(socket.socket())
                sockets[-1].bind((ip, port))
                port = sockets[-1].getsockname()[1]
            return port
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()


def eventually(holds, seconds: float = 5.0) -> None:
    """Waits until it holds, and says what it was when it never does."""
    end = time.monotonic() + seconds
    while not (said := holds()):
        assert time.monotonic() < end, f"not within {seconds} s: {said!r}"
        time.sleep(0.02)


class Mock:
    """A model server, and what is done to it."""

    def __init__(self, name: str, ip: str, port: int, *arguments: str) -> None:
        self.name, self.ip, self.port, self.arguments = name, ip, port, arguments
        self.url = f"http://{ip}:{port}"
        self.process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        command = [str(MOCK), "--listen", f"{self.ip}:{self.port}", "--name", self.name, *self.arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on"), line

    def fault(self, kind: str, **more) -> None:
        HTTP.post(f"{self.url}/faults", json={"kind": kind, **more}).raise_for_status()

    def served(self) -> dict:
        return HTTP.get(f"{self.url}/served").json()

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Fleet:
    """The servers of the vectors, with their manifest and endpoints written for a port that is free."""

    def __init__(self, directory: Path, *arguments: str, endpoints: list[dict] | None = None, manifest: str | None = None) -> None:
        self.endpoints = endpoints or json.loads((VECTORS / "endpoints.json").read_text())
        self.port = free_port(tuple(endpoint["address"] for endpoint in self.endpoints))
        self.manifest_text = (manifest or (VECTORS / "manifest.yaml").read_text()).replace("8000", str(self.port))
        self.manifest, self.endpoints_file = directory / "manifest.yaml", directory / "endpoints.json"
        self.manifest.write_text(self.manifest_text)
        self.endpoints_file.write_text(json.dumps(self.endpoints))
        self.mocks = {each["name"]: Mock(each["name"], each["address"], self.port, *arguments) for each in self.endpoints}

    def __getitem__(self, name: str) -> Mock:
        return self.mocks[name]

    def mend(self) -> None:
        """Starts servers that have ended, and ends the faults of all."""
        for mock in self.mocks.values():
            if mock.has_ended():
                mock.start()
            mock.fault("none")

    def vectors(self) -> list[dict]:
        return json.loads((VECTORS / "decisions.json").read_text().replace("8000", str(self.port)))

    def write(self, path: Path, text: str) -> None:
        """Replaces a file in one step."""
        following = path.with_suffix(".next")
        following.write_text(text)
        following.rename(path)

    def close(self) -> None:
        for mock in self.mocks.values():
            mock.kill()


@contextmanager
def running(command: list[str], ready: str, log: Path, seconds: float = 30, **more) -> Iterator[subprocess.Popen]:
    """A process, from when it answers at ``ready`` until the block ends. It is then asked to stop, and must."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **more)
    try:
        end = time.monotonic() + seconds
        while True:
            assert process.poll() is None and time.monotonic() < end, f"it did not start:\n{log.read_text()[-4000:]}"
            try:
                HTTP.get(ready)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise AssertionError(f"it did not stop:\n{log.read_text()[-4000:]}") from None


def chat(url: str, model: str = "llama", content: str = "Hello there", headers: dict | None = None, **body) -> httpx.Response:
    messages = [{"role": "user", "content": content}]
    said = {"model": model, "messages": messages, "max_tokens": 4, **body}
    return HTTP.post(f"{url}/v1/chat/completions", json=said, headers=headers or {})


def stream(url: str, model: str = "llama", content: str = "Hello there", headers: dict | None = None, **body) -> tuple[httpx.Headers, list[str]]:
    """The data of the events of an answer."""
    messages = [{"role": "user", "content": content}]
    said = {"model": model, "messages": messages, "max_tokens": 4, "stream": True, **body}
    with HTTP.stream("POST", f"{url}/v1/chat/completions", json=said, headers=headers or {}) as response:
        assert response.status_code == 200, response.read()
        return response.headers, [line[6:] for line in response.iter_lines() if line.startswith("data: ")]
