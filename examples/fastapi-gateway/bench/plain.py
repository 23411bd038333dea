"""The same gateway with round robin in place of inferroute: what a plain proxy of this host costs. For comparison only."""

from __future__ import annotations

import asyncio
import sys
from itertools import cycle
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gateway.__main__ import serve  # noqa: E402
from gateway.app import Gateway  # noqa: E402
from gateway.settings import Settings  # noqa: E402


class Plain:
    """A decision and its ticket at once: where the request goes, and nothing else."""

    ok, model_override, endpoint, mutations = True, None, "", {}  # noqa: RUF012

    def __init__(self, address: str, path: str) -> None:
        self.address, self.rewritten_path, self.decision = address, path, self

    def endpoint_headers(self) -> dict[str, str]:
        return {}

    def nothing(self, *_arguments, **_more) -> None:
        return None

    fall_back = first_token = renew = cached_tokens = finish = fail = cancel = nothing


class RoundRobin:
    def __init__(self, addresses: list[str]) -> None:
        self.turns = cycle(addresses)

    def route(self, _headers, *, path: str, **_more) -> Plain:
        return Plain(next(self.turns), path)


def main() -> None:
    gateway = Gateway(Settings.parse())
    gateway.proxy.router = RoundRobin([each["address"] for each in gateway.router.endpoints() if each["address"]])  # type: ignore[assignment]
    # Nothing goes on beside the requests.
    gateway.work = lambda: []  # type: ignore[method-assign]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(gateway))


if __name__ == "__main__":
    main()
