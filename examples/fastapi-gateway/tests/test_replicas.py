"""Several gateways that tell each other of their requests, as good as one; and what becomes of them when they cannot."""

import json
import re
import threading
from contextlib import ExitStack

import pytest
from fleet import HTTP, Fleet, chat, eventually, stream
from store import Store
from workload import run

RATE = 14.0
SILVER = [{"name": f"silver-{number}", "address": f"127.0.0.{number + 3}", "labels": {"tier": "silver"}} for number in range(4)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    yield store
    store.stop()


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    # Each holds a quarter of all conversations, and a little more.
    fleet = Fleet(tmp_path_factory.mktemp("servers"), "--kv-tokens", "32768", endpoints=SILVER)
    yield fleet
    fleet.close()


def replicas(start, fleet, count: int, stack: ExitStack, *arguments: str) -> list:
    return [stack.enter_context(start(fleet, "--poll-every", "0.5", *arguments)) for _ in range(count)]


def waited(servers) -> tuple[float, int]:
    """Seconds that requests have waited at the servers for their first token, and how many have. What the gateways themselves take, on a machine that may
    be busy with them, does not count."""
    told = "\n".join(HTTP.get(f"{mock.url}/metrics").text for mock in servers.mocks.values())
    seconds = re.findall(r"^vllm:time_to_first_token_seconds_sum\S* (\S+)$", told, re.MULTILINE)
    requests = re.findall(r"^vllm:time_to_first_token_seconds_count\S* (\S+)$", told, re.MULTILINE)
    return sum(map(float, seconds)), sum(map(int, requests))


def played(start, servers, count: int, name: str, *arguments: str) -> tuple[float, float]:
    """The share of prompts found in caches, and the mean seconds to the first token."""
    for mock in servers.mocks.values():
        eventually(lambda: HTTP.post(f"{mock.url}/reset_prefix_cache").status_code == 200)
    seconds, requests = waited(servers)
    with ExitStack() as stack:
        gateways = replicas(start, servers, count, stack, *arguments)
        outcome = run([gateway.url for gateway in gateways], name, RATE)
        eventually(lambda: [gateway.in_flight() for gateway in gateways] == [0] * count)
        eventually(lambda: all(each["of_replicas"] == 0 for gateway in gateways for each in gateway.endpoints().values()))
    seconds, requests = (after - before for after, before in zip(waited(servers), (seconds, requests), strict=True))
    mean_wait = seconds / requests
    print(f"{name}: hit rate {outcome.hit_rate:.3f}, mean wait {mean_wait * 1000:.0f} ms, failed {outcome.failed}")
    assert outcome.failed == 0
    return outcome.hit_rate, mean_wait


def test_four_that_exchange_are_as_good_as_one(start, servers, store):
    one = played(start, servers, 1, "one")
    four = played(start, servers, 4, "four with exchange", "--redis", store.url)
    apart = played(start, servers, 4, "four without")
    assert four[0] >= 0.9 * one[0]
    assert four[1] <= 1.15 * one[1]
    assert apart[0] < four[0], "the exchange makes a difference"


class Streams:
    """Answers that stream for a while, through one gateway."""

    def __init__(self, gateway, count: int, tokens: int) -> None:
        self.ended: list[str] = []
        self.threads = [threading.Thread(target=self.one, args=(gateway, number, tokens)) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def one(self, gateway, number: int, tokens: int) -> None:
        _, events = stream(gateway.url, content=f"Question {number}", max_tokens=tokens)
        self.ended.append(events[-1])

    def join(self) -> None:
        for thread in self.threads:
            thread.join()
        assert self.ended == ["[DONE]"] * len(self.threads)


def counts(gateway) -> tuple[int, int]:
    """In flight of its own, and of the others."""
    told = gateway.endpoints().values()
    return gateway.in_flight(), sum(each["of_replicas"] for each in told)


def test_counts_converge_whatever_becomes_of_the_exchange(start, servers, store):
    with ExitStack() as stack:
        a, b = replicas(start, servers, 2, stack, "--redis", store.url)
        streams = Streams(a, 4, 1000)
        eventually(lambda: (counts(a), counts(b)) == ((4, 0), (0, 4)))

        # Cut: requests go on, and what the others had counts until its lease ends.
        store.stop()
        more = Streams(b, 3, 800)
        eventually(lambda: counts(b) == (3, 4))
        assert counts(a) == (4, 0), "not told of"
        assert chat(a.url).status_code == 200
        eventually(lambda: counts(b) == (3, 0), 8)

        # Back: each counts the others' once, those included that began meanwhile.
        store.start()
        eventually(lambda: (counts(a), counts(b)) == ((4, 3), (3, 4)))
        for _ in range(20):
            assert counts(a)[1] <= 3 and counts(b)[1] <= 4, "counted twice"
        streams.join()
        more.join()
        eventually(lambda: (counts(a), counts(b)) == ((0, 0), (0, 0)))


def test_ends_that_nobody_heard_are_mended(start, servers, store):
    with ExitStack() as stack:
        a, b = replicas(start, servers, 2, stack, "--redis", store.url)
        streams = Streams(a, 3, 150)
        eventually(lambda: counts(b) == (0, 3))
        store.stop()
        streams.join()
        store.start()
        eventually(lambda: (counts(a), counts(b)) == ((0, 0), (0, 0)))


def test_a_replica_that_ends_or_is_killed_counts_no_more(start, servers, store):
    with ExitStack() as stack:
        (b,) = replicas(start, servers, 1, stack, "--redis", store.url)
        # Told by nobody that is there: it lapses.
        ghost = {"event": "replica_told", "replica": "ghost", "lease_ns": 1_000_000_000}
        request = {"number": 1, "stage": "sent", "endpoint": next(each["id"] for each in b.endpoints().values()), "prompt_tokens": 500}
        store.publish(json.dumps({**ghost, "requests": [request]}))
        eventually(lambda: counts(b) == (0, 1))
        eventually(lambda: counts(b) == (0, 0), 4)
        store.publish(json.dumps({**ghost, "lease_ns": 60_000_000_000, "requests": [request]}))
        eventually(lambda: counts(b) == (0, 1))
        store.publish(json.dumps({"event": "replica_gone", "replica": "ghost"}))
        eventually(lambda: counts(b) == (0, 0))


def test_what_anybody_writes_to_the_channel_does_no_harm(start, servers, store):
    with ExitStack() as stack:
        (gateway,) = replicas(start, servers, 1, stack, "--redis", store.url)
        before = gateway.endpoints().keys()
        for message in [
            b"", b"\xff\xfe", b"[]", b"{}", b"null", b'{"event": "endpoints_replaced", "endpoints": []}',
            b'{"event": "replica_told", "replica": 7, "requests": []}', b'{"event": "replica_told", "replica": "x", "requests": [{"number": -1}]}',
            b"[" * 100_000, b'{"event": "replica_told", "replica": "x", "requests": [{"number": 1, "stage": "sent", "endpoint": "none"}]}',
        ]:
            store.publish(message)
        eventually(lambda: "exchange_refused_total" in gateway.metrics())
        assert chat(gateway.url).status_code == 200
        assert gateway.endpoints().keys() == before and counts(gateway) == (0, 0)
