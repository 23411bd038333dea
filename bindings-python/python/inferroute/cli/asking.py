"""The request of a command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inferroute import Explanation, Router

from .answers import Answer
from .usage import headers, read_bytes, refuse


@dataclass(frozen=True)
class Question:
    """A request as the router takes it."""

    headers: list[tuple[str, str]]
    arguments: dict[str, Any]

    @classmethod
    def of(
        cls,
        header: list[str],
        host: str | None,
        path: str,
        method: str,
        gateway: str | None,
        client_namespace: str | None,
        port: int | None,
        model: str | None,
        body: str | None,
    ) -> Question:
        """Checks the arguments of a command."""
        pairs = headers(header)
        if model is not None and body is not None:
            raise refuse("--body", "--model and --body both say the model; give one")
        if gateway is not None and not all(gateway.partition("/")):
            raise refuse("--gateway", f"{gateway!r} is not of the form namespace/name")
        if gateway is not None and client_namespace is not None:
            raise refuse("--client-namespace", "a request comes through a Gateway or from a client within a mesh; give one")
        if port is not None and gateway is None and client_namespace is None:
            raise refuse("--port", "the port is that of a Gateway's listener or a Service; give --gateway or --client-namespace too")
        arguments: dict[str, Any] = {"host": host, "path": path, "method": method, "gateway": gateway, "client_namespace": client_namespace, "port": port, "model": model}
        if body is not None:
            arguments["body"] = read_bytes("--body", body)
            content_types = [value for name, value in pairs if name.lower() == "content-type"]
            arguments["content_type"] = content_types[0] if content_types else None
        return cls(pairs, {name: value for name, value in arguments.items() if value is not None})

    def decide(self, router: Router, seed: int | None, count: int) -> list[Answer]:
        """One decision with ``seed``, or ``count`` with seeds that the router draws."""
        if count == 1:
            return [router.decide(self.headers, seed=seed, **self.arguments)]
        return [router.decide(self.headers, **self.arguments) for _ in range(count)]

    def explain(self, router: Router, seed: int | None) -> Explanation:
        """The decision with its reasons."""
        return router.explain(self.headers, seed=seed, **self.arguments)
