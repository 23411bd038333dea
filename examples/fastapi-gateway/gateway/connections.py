"""Connections to endpoints, a pool for each: with every request httpx looks at all connections of a pool, and those to a hung endpoint pile up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

# Model servers that run on uvicorn close a connection that is idle for five seconds; it must not be used again about then.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=4)


@dataclass
class Line:
    """The connections to one address."""

    transport: httpx.AsyncHTTPTransport
    requests: int = 0
    """Under way."""


class Counted(httpx.AsyncByteStream):
    """The body of an answer, which is under way until it is closed."""

    def __init__(self, body: httpx.AsyncByteStream, line: Line) -> None:
        self.body, self.line = body, line

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.body.__aiter__()

    async def aclose(self) -> None:
        try:
            await self.body.aclose()
        finally:
            self.line.requests -= 1


class Connections:
    def __init__(self, connect_timeout: float) -> None:
        # Reading is watched by whoever reads: the time limit is for the first byte, not for each.
        self.timeout = httpx.Timeout(None, connect=connect_timeout).as_dict()
        self.tls = httpx.create_ssl_context(trust_env=False)
        self.lines: dict[str, Line] = {}

    async def send(self, address: str, request: httpx.Request) -> httpx.Response:
        """The answer, its body not read yet; whoever gets it closes it. Raises ``httpx.HTTPError``.

        A client's cookies, redirects and authentication stay between it and the endpoint: nothing of that is done here.
        """
        line = self.lines.get(address)
        if line is None:
            line = self.lines[address] = Line(httpx.AsyncHTTPTransport(verify=self.tls, limits=LIMITS, trust_env=False))
        request.extensions["timeout"] = self.timeout
        line.requests += 1
        try:
            response = await line.transport.handle_async_request(request)
        except BaseException:
            line.requests -= 1
            raise
        response.request, response.stream = request, Counted(response.stream, line)
        return response

    async def keep(self, addresses: set[str]) -> None:
        """Closes what leads to other addresses, once nothing is under way there."""
        for address in [address for address, line in self.lines.items() if address not in addresses and not line.requests]:
            await self.lines.pop(address).transport.aclose()
