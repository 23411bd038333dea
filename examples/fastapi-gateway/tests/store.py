"""A Redis or Valkey of the test's own, which can be cut off and come back."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import redis
from fleet import free_port

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")


class Store:
    def __init__(self, directory: Path) -> None:
        assert PROGRAM, "neither redis-server nor valkey-server is installed; `make redis-server` does"
        self.directory, self.port = directory, free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.directory)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 10
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    assert time.monotonic() < end
                    time.sleep(0.02)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def publish(self, message: str | bytes) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.publish("inferroute", message)
