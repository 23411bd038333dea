"""Chooses a deployment for an attempt, and keeps its ticket until the attempt is over."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import orjson

from inferroute import CONTROL_HEADERS, NoRoute, RequestError, Router, Ticket
from inferroute.types import ReportedEndpoint

from .deployments import Deployment, address, chosen, endpoint, endpoints

log = logging.getLogger("inferroute.litellm")
now = time.monotonic_ns
STEERING = frozenset(CONTROL_HEADERS)
# Attempts that LiteLLM tells no end of are given up after this long.
LEASE = 600_000_000_000


class Refused(Exception):
    """A request that goes nowhere. LiteLLM's proxy answers with the status and has the reason as the error's ``type``."""

    # LiteLLM must not try again: nothing else would come of it.
    num_retries = 0

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status_code, self.type, self.message, self.param = status, reason, message, None


class Asked(TypedDict):
    """What became of a request so far."""

    tried: list[str]
    """The endpoints that it was sent to."""
    route: str | None
    rule: str | None
    ticket: int | None
    """The number of its last one."""


@dataclass
class Open:
    ticket: Ticket
    sent: int


class Chooser:
    def __init__(self, manifest: Path, *, seed: int | None = None) -> None:
        self.manifest = manifest
        self.router = Router({manifest.name: manifest.read_text(encoding="utf-8")}, seed=seed, lease=LEASE)
        self.open: dict[int, Open] = {}
        self.last = 0
        self.reported: list[ReportedEndpoint] = []
        self.ids: set[str] = set()

    def report(self, deployments: Sequence[Deployment]) -> None:
        """Tells the router which deployments there are. Cheap where nothing changed."""
        self.ids = {each["model_info"]["id"] for each in deployments}
        if (found := endpoints(deployments)) != self.reported:
            self.router.observe({"event": "endpoints_replaced", "endpoints": found}, now=now())
            self.reported = found

    def update(self) -> None:
        """Reads the manifest again. Raises ``InferrouteError``, ``OSError``, ``ValueError``; the plan is then as before."""
        self.router.update({self.manifest.name: self.manifest.read_text(encoding="utf-8")})

    def choose(
        self, model: str, deployments: Sequence[Deployment], messages: Any, headers: Mapping[str, str], asked: Asked, path: str = "/v1/chat/completions"
    ) -> Deployment:
        """One of the deployments that LiteLLM offers, at none of the endpoints that were tried. Raises ``Refused``."""
        offered = {at: each for each in deployments if (at := endpoint(each)) not in asked["tried"]}
        # Nobody else is to be chosen: deployments that LiteLLM cools down, that a team may not use, that were tried.
        only = [at for each in offered.values() if (at := address(each))] if len(offered) < len(self.reported) else None
        kept = {name: value for name, value in headers.items() if name.lower() not in STEERING}
        # As the client's body would have it: the library finds model and prompt in it.
        body = orjson.dumps({"model": model, "messages": messages or []})
        try:
            answer = self.router.route(kept, method="POST", path=path, body=body, subset=only, now=now())
        except RequestError as error:
            raise Refused(400, error.code, str(error)) from error
        if not answer.ok:
            raise _refused(answer)
        decision = answer.decision
        name = decision.endpoint.partition("/")[2].partition(":")[0]
        if name not in offered:
            answer.cancel()
            # A backend of the manifests that LiteLLM has no deployment for, or none for this model.
            raise Refused(500, "no_deployment", "no deployment stands for the endpoint of the route")
        asked["tried"].append(name)
        asked["route"], asked["rule"] = decision.route, decision.rule_name or str(decision.rule)
        self.last += 1
        self.open[self.last] = Open(answer, now())
        asked["ticket"] = self.last
        return chosen(offered[name], decision.model_override, self.last)

    def first_token(self, number: int | None, at: int | None = None) -> None:
        if number is not None and (found := self.open.get(number)):
            found.ticket.first_token(now() if at is None else at)

    def finish(self, number: int | None, cached_tokens: int | None = None) -> None:
        if found := self._take(number):
            if cached_tokens is not None:
                found.ticket.cached_tokens(cached_tokens)
            found.ticket.finish()

    def fail(self, number: int | None) -> None:
        """By its endpoint's fault."""
        if found := self._take(number):
            found.ticket.fail(now())

    def cancel(self, number: int | None) -> None:
        """Says nothing of its endpoint."""
        if found := self._take(number):
            found.ticket.cancel()

    def _take(self, number: int | None) -> Open | None:
        return None if number is None else self.open.pop(number, None)

    def lapse(self) -> None:
        """Gives up what nobody told the end of."""
        oldest = now() - LEASE
        for number in [number for number, each in self.open.items() if each.sent < oldest]:
            self.cancel(number)
        self.router.observe({"event": "leases_lapsed"}, now=now())

    def in_flight(self) -> int:
        return sum(endpoint["in_flight"] for endpoint in self.router.endpoints())


def _refused(answer: NoRoute) -> Refused:
    return Refused(answer.status, answer.reason, answer.message)
