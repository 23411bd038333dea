"""Compares two gateways before the same servers: one request at a time, in turn to the one and the other, so that whatever else the machine does falls on both."""

from __future__ import annotations

import time
from statistics import fmean, median, quantiles

import httpx
from fleet import HTTP

PROMPT = "A question of ordinary length about something that people ask. " * 32


def one(url: str, streams: bool) -> tuple[float, float]:
    """Milliseconds to the first byte and to the end."""
    said = {"model": "llama", "messages": [{"role": "user", "content": PROMPT}], "max_tokens": 8, "stream": streams}
    begun = time.perf_counter()
    with HTTP.stream("POST", f"{url}/v1/chat/completions", json=said) as response:
        assert response.status_code == 200, response.read()
        pieces = response.iter_raw()
        next(pieces)
        first = time.perf_counter()
        for _ in pieces:
            pass
    return (first - begun) * 1000, (time.perf_counter() - begun) * 1000


def compare(urls: dict[str, str], count: int) -> None:
    """Prints a table with the difference of the first to the last."""
    for url in urls.values():
        for _ in range(50):
            one(url, False), one(url, True)
    for streams in (False, True):
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in urls}
        for _ in range(count):
            for name, url in urls.items():
                times[name].append(one(url, streams))
        print("stream" if streams else "whole answer", f"({count} requests each, ms)")
        for position, what in enumerate(("first byte", "end")):
            by_name = {name: [each[position] for each in found] for name, found in times.items()}
            for name, found in by_name.items():
                print(f"  {what:10} {name:12} p50 {median(found):6.2f}  mean {fmean(found):6.2f}  p99 {quantiles(found, n=100)[98]:6.2f}")
            first, *_, last = by_name.values()
            print(f"  {what:10} {'added':12} p50 {median(first) - median(last):6.2f}  mean {fmean(first) - fmean(last):6.2f}")


def ready(url: str, path: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            HTTP.get(f"{url}{path}")
            return
        except httpx.HTTPError:
            assert time.monotonic() < end
            time.sleep(0.05)
