"""Tells the other replicas of this one's requests, over a Redis or Valkey, and takes in what they tell.

Each message is an event of the library, ``replica_told``. Pub/sub keeps nothing: whoever is cut off misses messages. Once a second each replica says what
it has in flight, and that mends whatever was missed; a replica of which nothing is heard for ``LEASE`` counts no more.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import redis.asyncio as redis

from inferroute import InferrouteError, Router, Ticket
from inferroute.types import ReplicaRequest

from .clock import now
from .tally import Tally

log = logging.getLogger("gateway.exchange")
LEASE = 5_000_000_000
SUMMARY_EVERY = 1.0
# What happens within so many seconds goes into one message.
GATHERED_FOR = 0.005
# Messages that wait to be sent; the summary makes up for those that are dropped.
MOST_WAITING = 10_000
LARGEST_MESSAGE = 8 * 1024 * 1024


def loop_time() -> float:
    return asyncio.get_running_loop().time()


class Told:
    """A request that the other replicas hear of."""

    def __init__(self, exchange: Exchange, number: int, ticket: Ticket) -> None:
        self.exchange, self.number, self.ticket = exchange, number, ticket

    def changed(self) -> None:
        """Its first token came, or it went on to a fallback."""
        if request := self.ticket.told(self.number, prompt=False):
            self.exchange.post(request)

    def over(self) -> None:
        del self.exchange.open[self.number]
        self.exchange.post({"number": self.number, "stage": "over"})


class Exchange:
    def __init__(self, router: Router, tally: Tally, url: str, channel: str) -> None:
        self.router, self.tally, self.url, self.channel = router, tally, url, channel
        # Never the same again, so that nobody takes this process for one before it.
        self.name = uuid4().hex
        self.last = 0
        self.open: dict[int, Ticket] = {}
        self.waiting: list[ReplicaRequest] = []
        self.posted = asyncio.Event()

    def sent(self, ticket: Ticket) -> Told:
        self.last += 1
        self.open[self.last] = ticket
        if request := ticket.told(self.last):
            self.post(request)
        return Told(self, self.last, ticket)

    def post(self, request: ReplicaRequest) -> None:
        if len(self.waiting) < MOST_WAITING:
            self.waiting.append(request)
        self.posted.set()

    async def run(self) -> None:
        """Until it is cancelled. A store that is not there is tried again; requests do not wait for it."""
        try:
            await asyncio.gather(self._persist(self._send), self._persist(self._receive))
        finally:
            await self._say_goodbye()

    def _client(self) -> redis.Redis:
        # The replica hears its own summaries, too: silence for longer means that the connection is dead.
        return redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=3 * SUMMARY_EVERY)

    async def _persist(self, work: Callable[[redis.Redis], Awaitable[None]]) -> None:
        while True:
            client = self._client()
            try:
                await work(client)
            except (redis.RedisError, OSError) as error:
                self.tally.count("exchange_failed")
                log.warning("no exchange with other replicas: %s", error)
                await asyncio.sleep(0.2)
            finally:
                with suppress(redis.RedisError, OSError):
                    await client.aclose()

    async def _send(self, client: redis.Redis) -> None:
        due = loop_time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self.posted.wait()
                    await asyncio.sleep(GATHERED_FOR)
            self.posted.clear()
            if self.waiting:
                requests, self.waiting = self.waiting, []
                await self._publish(client, {"requests": requests})
            if loop_time() >= due:
                due = loop_time() + SUMMARY_EVERY
                await self._publish(client, self.summary())

    def summary(self) -> dict:
        """Everything in flight here. Without prompts: those were told when they were sent."""
        told = (ticket.told(number, prompt=False) for number, ticket in self.open.items())
        return {"requests": [request for request in told if request], "complete_to": self.last}

    async def _publish(self, client: redis.Redis, told: dict) -> None:
        event = {"event": "replica_told", "replica": self.name, "lease_ns": LEASE, **told}
        await client.publish(self.channel, json.dumps(event))

    async def _receive(self, client: redis.Redis) -> None:
        async with client.pubsub(ignore_subscribe_messages=True) as messages:
            await messages.subscribe(self.channel)
            async for message in messages.listen():
                self.take(message["data"])

    def take(self, data: bytes) -> None:
        """What came over the channel, which anybody may have written."""
        try:
            if len(data) > LARGEST_MESSAGE:
                raise ValueError("a message that is too large")
            event = json.loads(data)
            if event["event"] not in ("replica_told", "replica_gone"):
                raise ValueError(f"event {event['event']!r} is not for replicas")
            if event["replica"] != self.name:
                self.router.observe(event, now=now())
        except (InferrouteError, ValueError, KeyError, TypeError, RecursionError) as error:
            self.tally.count("exchange_refused")
            log.warning("a message was passed over: %s", error)

    async def _say_goodbye(self) -> None:
        client = self._client()
        with suppress(redis.RedisError, OSError):
            await client.publish(self.channel, json.dumps({"event": "replica_gone", "replica": self.name}))
            await client.aclose()
