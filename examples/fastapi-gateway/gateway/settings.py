"""What the command line says."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    manifest: Path
    endpoints: Path
    listen: str = "127.0.0.1:8080"
    admin: str = "127.0.0.1:9090"
    seed: int | None = None
    first_byte_timeout: float = 60.0
    connect_timeout: float = 1.0
    poll_every: float = 1.0
    reload_every: float = 0.1
    max_body: int = 32 * 1024 * 1024
    redis: str | None = None
    channel: str = "inferroute"
    debug_headers: bool = False

    @staticmethod
    def parse(arguments: list[str] | None = None) -> Settings:
        parser = argparse.ArgumentParser(prog="gateway", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        add, default = parser.add_argument, Settings(Path(), Path())
        add("--manifest", type=Path, required=True, help="routes and pools, YAML; read again when it changes")
        add("--endpoints", type=Path, required=True, help="the endpoints, a JSON list of name, address, labels; read again when it changes")
        add("--listen", default=default.listen, metavar="IP:PORT", help="for clients")
        add("--admin", default=default.admin, metavar="IP:PORT", help="for operators: /debug/in-flight, /debug/endpoints, /metrics, /healthz")
        add("--seed", type=int, help="of the router; replicas need different ones, and get them without this")
        add("--first-byte-timeout", type=float, default=default.first_byte_timeout, metavar="SECONDS",
            help="without a byte of the answer for so long, the next endpoint is tried; longer than the longest answer that does not stream")
        add("--connect-timeout", type=float, default=default.connect_timeout, metavar="SECONDS")
        add("--poll-every", type=float, default=default.poll_every, metavar="SECONDS", help="how often endpoints are asked for /metrics")
        add("--reload-every", type=float, default=default.reload_every, metavar="SECONDS", help="how often the two files are looked at")
        add("--max-body", type=int, default=default.max_body, metavar="BYTES", help="larger requests are refused")
        add("--redis", metavar="URL", help="a Redis or Valkey over which replicas tell each other of their requests")
        add("--channel", default=default.channel, help="of that exchange")
        add("--debug-headers", action="store_true", help="answers name their route, rule and endpoint")
        return Settings(**vars(parser.parse_args(arguments)))


def host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)
