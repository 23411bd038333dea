"""Conversations whose turns come to any replica, and what endpoints have of them in their caches."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass

import httpx

CONVERSATIONS, TURNS, OPENING, TURN = 40, 6, 4000, 600
"""Characters; four make a token."""


@dataclass
class Outcome:
    hit_rate: float
    """Tokens of prompts that endpoints had in their caches, of all."""
    failed: int


def schedule(rate: float, seed: int) -> list[tuple[float, int, int]]:
    """When which conversation takes which turn: turns of one in order, conversations mixed. The same for each seed."""
    draw = random.Random(seed)
    turns = [conversation for conversation in range(CONVERSATIONS) for _ in range(TURNS)]
    draw.shuffle(turns)
    seen, at, planned = dict.fromkeys(range(CONVERSATIONS), 0), 0.0, []
    for conversation in turns:
        at += draw.expovariate(rate)
        planned.append((at, conversation, seen[conversation]))
        seen[conversation] += 1
    return planned


def prompt(run: str, conversation: int, turn: int) -> str:
    draw = random.Random(f"{run} {conversation}")
    text = "".join(draw.choices("abcdefghijklmnop ", k=OPENING + TURN * TURNS))
    return text[: OPENING + TURN * turn]


def run(urls: list[str], name: str, rate: float, seed: int = 1) -> Outcome:
    """Plays the schedule to gateways in turn. ``name`` keeps the prompts of runs apart."""
    return asyncio.run(_run(urls, name, rate, seed))


async def _run(urls: list[str], name: str, rate: float, seed: int) -> Outcome:
    tokens, cached, failed = 0, 0, 0

    async def one(client: httpx.AsyncClient, url: str, at: float, text: str) -> None:
        nonlocal tokens, cached, failed
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, at - loop.time()))
        said = {
            "model": "llama", "messages": [{"role": "user", "content": text}], "max_tokens": 8,
            "stream": True, "stream_options": {"include_usage": True},
        }
        try:
            async with client.stream("POST", f"{url}/v1/chat/completions", json=said) as response:
                response.raise_for_status()
                async for line in response.aiter_lines():
                    if not line.startswith("data: {"):
                        continue
                    if usage := json.loads(line[6:]).get("usage"):
                        tokens += usage["prompt_tokens"]
                        cached += usage["prompt_tokens_details"]["cached_tokens"]
        except httpx.HTTPError:
            failed += 1

    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None)) as client:
        start = asyncio.get_running_loop().time() + 0.1
        planned = schedule(rate, seed)
        await asyncio.gather(*(
            one(client, urls[number % len(urls)], start + at, prompt(name, conversation, turn))
            for number, (at, conversation, turn) in enumerate(planned)
        ))
    return Outcome(cached / max(tokens, 1), failed)
