"""One request's life: decided, sent, tried again elsewhere until a byte of an answer comes, passed on, told of."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from time import perf_counter_ns

import httpx

from inferroute import Attempt, Decision, RequestError, Router, Ticket

from . import answers, headers
from .attempt import Asked, request
from .clock import now
from .connections import Connections
from .exchange import Exchange, Told
from .settings import Settings
from .tally import Tally

log = logging.getLogger("gateway.proxy")
# The usage stands at an answer's end.
TAIL = 4096
CACHED_TOKENS = re.compile(rb'"cached_tokens"\s*:\s*(\d{1,9})')


class ClientGone(Exception):
    """The client went before its request was whole."""


class TooLarge(Exception):
    """The request's body is larger than the gateway takes."""


class Failed(Exception):
    """An attempt came to nothing before the first byte of an answer; with that answer where there is one."""

    def __init__(self, why: str, response: httpx.Response | None = None) -> None:
        super().__init__(why)
        self.why, self.response = why, response


class Client:
    """What is sent to a client, and whether that is all."""

    def __init__(self, send: answers.Send) -> None:
        self.send, self.has_all = send, False

    async def __call__(self, message: dict) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.has_all = True
        await self.send(message)


class Proxy:
    """An ASGI application that passes requests on."""

    def __init__(self, router: Router, settings: Settings, tally: Tally, exchange: Exchange | None) -> None:
        self.router, self.settings, self.tally, self.exchange = router, settings, tally, exchange
        self.connections = Connections(settings.connect_timeout)

    async def __call__(self, scope: dict, receive, send) -> None:
        try:
            body = await _read(receive, self.settings.max_body)
        except ClientGone:
            return
        except TooLarge:
            return await answers.refuse(send, 413, "the request is too large", "request_too_large")
        client = Client(send)
        serving = asyncio.ensure_future(self._serve(scope, body, client))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            # A client that leaves gives up its request, wherever that is.
            await asyncio.wait({serving, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            # A server says the same of a client that has its answer.
            if not serving.done() and not client.has_all:
                serving.cancel()
                self.tally.count("requests", outcome="client_left")
        try:
            await serving
        except asyncio.CancelledError:
            pass

    async def _serve(self, scope: dict, body: bytes, send) -> None:
        pairs = headers.of_client(scope["headers"])
        query = scope["query_string"].decode("latin-1")
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1") + (f"?{query}" if query else "")
        asked = Asked(scope["method"], path, headers.find(pairs, b"host"), pairs, body)
        begun = perf_counter_ns()
        try:
            answer = self.router.route(
                pairs, method=asked.method, path=path, host=asked.host, body=body or None,
                content_type=headers.find(pairs, b"content-type"), now=now(),
            )
        except RequestError as error:
            self.tally.count("requests", outcome="bad_request")
            return await answers.refuse(send, 400, str(error), error.code)
        self.tally.decided(perf_counter_ns() - begun)
        if not answer.ok:
            self.tally.count("requests", outcome=answer.reason)
            return await answers.no_route(send, answer, scope["scheme"], asked.host)
        told = self.exchange.sent(answer) if self.exchange else None
        try:
            await self._try_each(asked, answer, told, send)
        except RequestError as error:
            # The route changes the body, and it is none that can be changed: nothing was sent yet.
            self.tally.count("requests", outcome="bad_request")
            await answers.refuse(send, 400, str(error), error.code)
        finally:
            # Whatever went wrong: the object may live on in a traceback. After the request's end it does nothing.
            answer.cancel()
            if told:
                told.over()

    async def _try_each(self, asked: Asked, ticket: Ticket, told: Told | None, send) -> None:
        decision = ticket.decision
        attempt: Decision | Attempt = decision
        while True:
            try:
                response, chunks, first = await self._first_byte(asked, decision, attempt)
                break
            except Failed as failed:
                self.tally.count("attempts_failed", endpoint=attempt.endpoint, why=failed.why)
                following = ticket.fall_back(now())
                if following is None:
                    ticket.fail(now())
                    self.tally.count("requests", outcome="failed")
                    return await self._give_up(send, failed)
                if failed.response is not None:
                    await failed.response.aclose()
                attempt = following
                if told:
                    told.changed()
        try:
            await self._pass_on(response, chunks, first, ticket, told, attempt, send)
        finally:
            await response.aclose()

    async def _first_byte(
        self, asked: Asked, decision: Decision, attempt: Decision | Attempt
    ) -> tuple[httpx.Response, AsyncIterator[bytes], bytes]:
        """The answer and the first piece of its body. Raises ``Failed``."""
        if attempt.address is None:
            raise Failed("no_address")
        response = None
        try:
            async with asyncio.timeout(self.settings.first_byte_timeout):
                response = await self.connections.send(attempt.address, request(asked, decision, attempt))
                if response.status_code >= 500:
                    raise Failed("status", response)
                chunks = response.aiter_raw()
                return response, chunks, await anext(chunks, b"")
        except (httpx.HTTPError, TimeoutError, asyncio.CancelledError) as error:
            if response is not None:
                await response.aclose()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise Failed("first_byte_timeout" if isinstance(error, TimeoutError) else "connection") from error

    async def _give_up(self, send, failed: Failed) -> None:
        if failed.response is None:
            status = 504 if failed.why == "first_byte_timeout" else 502
            return await answers.refuse(send, status, "no endpoint answered", failed.why)
        try:
            body = await failed.response.aread()
            await answers.answer(send, failed.response.status_code, [answers.JSON], body)
        except httpx.HTTPError:
            await answers.refuse(send, 502, "no endpoint answered", "connection")
        finally:
            await failed.response.aclose()

    async def _pass_on(
        self, response: httpx.Response, chunks: AsyncIterator[bytes], chunk: bytes,
        ticket: Ticket, told: Told | None, attempt: Decision | Attempt, send,
    ) -> None:
        streams = response.headers.get("content-type", "").startswith("text/event-stream")
        if streams:
            # An answer that comes whole says nothing of its first token.
            ticket.first_token(now())
            if told:
                told.changed()
        pairs = headers.change(headers.to_client(response.headers.raw), attempt.mutations.get("response_headers", ()))
        if self.settings.debug_headers:
            decision = ticket.decision
            pairs += [(b"x-inferroute-route", decision.route.encode()), (b"x-inferroute-rule", (decision.rule_name or str(decision.rule)).encode()),
                      (b"x-inferroute-endpoint", attempt.endpoint.encode())]
        await send({"type": "http.response.start", "status": response.status_code, "headers": pairs})
        tail = b""
        try:
            while chunk:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                tail = (tail + chunk)[-TAIL:]
                ticket.renew(now())
                chunk = await anext(chunks, b"")
        except httpx.HTTPError as error:
            # The client has a part of the answer: no other endpoint can go on with it.
            ticket.fail(now())
            self.tally.count("requests", outcome="broken_off")
            if not streams:
                raise ConnectionError("the endpoint broke off its answer") from error
            said = answers.error("the endpoint broke off its answer", "server_error", "broken_off")
            return await send({"type": "http.response.body", "body": b"data: " + said + b"\n\n"})
        if found := CACHED_TOKENS.search(tail):
            ticket.cached_tokens(int(found[1]))
        ticket.finish()
        self.tally.count("requests", outcome="answered")
        await send({"type": "http.response.body", "body": b""})


async def _read(receive, most: int) -> bytes:
    """The whole body of a request. Raises ``ClientGone``, ``TooLarge``."""
    pieces, length = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        pieces.append(message.get("body", b""))
        length += len(pieces[-1])
        if length > most:
            raise TooLarge
        if not message.get("more_body"):
            return b"".join(pieces)


async def _left(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
