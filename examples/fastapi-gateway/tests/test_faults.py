"""What becomes of requests whose endpoints die, hang, fail or break off, and of clients that leave."""

import asyncio
import json
import time

import httpx
import pytest
from fleet import HTTP, chat, eventually, stream


@pytest.fixture(autouse=True)
def all_is_well_again(fleet, gateway):
    yield
    fleet.mend()
    eventually(lambda: gateway.in_flight() == 0)


def asked(gateway, count: int = 12) -> list[str]:
    """Requests of which half stream; who served them."""
    served = []
    for number in range(count):
        if number % 2:
            headers, events = stream(gateway.url, content=f"Question {number}")
            assert events[-1] == "[DONE]"
        else:
            answer = chat(gateway.url, content=f"Question {number}")
            assert answer.status_code == 200, answer.text
            headers = answer.headers
        served.append(headers["x-served-by"])
    return served


def test_dead_endpoints_are_passed_by(fleet, gateway):
    fleet["silver-0"].kill()
    fleet["silver-1"].kill()
    assert set(asked(gateway)) == {"silver-2"}
    assert "why=\"connection\"" in gateway.metrics()


def test_failing_endpoints_are_passed_by(fleet, gateway):
    fleet["silver-0"].fault("error")
    fleet["silver-2"].fault("error")
    assert set(asked(gateway)) == {"silver-1"}


def test_hung_endpoints_are_passed_by(fleet, gateway):
    fleet["silver-0"].fault("hang")
    begun = time.monotonic()
    assert "silver-0" not in asked(gateway, 6)
    assert time.monotonic() - begun < 15
    # The hung requests were given up, and their connections with them.
    eventually(lambda: fleet["silver-0"].served()["running"] == 0)


def test_an_endpoint_that_comes_back_is_used(fleet, gateway):
    fleet["silver-0"].kill()
    asked(gateway, 2)
    fleet["silver-0"].start()
    assert "silver-0" in asked(gateway, 40)


def test_where_all_fail_the_client_gets_the_answer_of_the_last(fleet, gateway):
    for name in ("silver-0", "silver-1", "silver-2"):
        fleet[name].fault("error")
    answer = chat(gateway.url)
    assert answer.status_code == 500 and "error" in answer.json()
    for name in ("silver-0", "silver-1", "silver-2"):
        fleet[name].kill()
    answer = chat(gateway.url)
    assert answer.status_code == 502 and answer.json()["error"]["code"] == "connection"


def test_an_answer_that_breaks_off_is_told_as_an_error(fleet, gateway):
    fleet["gold-0"].fault("die", requests=1)
    headers, events = stream(gateway.url, headers={"x-tier": "gold"}, max_tokens=50)
    assert headers["x-served-by"] == "gold-0"
    assert json.loads(events[-1])["error"]["code"] == "broken_off"
    eventually(fleet["gold-0"].has_ended)


def test_a_client_that_leaves_gives_up_its_request(fleet, gateway):
    fleet["gold-0"].fault("hang")

    async def leave():
        async with httpx.AsyncClient(timeout=0.3, trust_env=False) as client:
            said = {"model": "llama", "messages": [{"role": "user", "content": "Hi"}]}
            with pytest.raises(httpx.ReadTimeout):
                await client.post(f"{gateway.url}/v1/chat/completions", json=said, headers={"x-tier": "gold"})

    asyncio.run(leave())
    eventually(lambda: gateway.in_flight() == 0)
    eventually(lambda: fleet["gold-0"].served()["running"] == 0)
    assert 'outcome="client_left"' in gateway.metrics()


def test_requests_count_while_they_last_and_not_after(fleet, gateway):
    async def at_once():
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            said = {"model": "llama", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 100, "stream": True}
            asked = [asyncio.ensure_future(client.post(f"{gateway.url}/v1/chat/completions", json=said)) for _ in range(20)]
            await asyncio.sleep(0.03)
            counted = 0
            while not all(each.done() for each in asked):
                counted = max(counted, int((await client.get(f"{gateway.admin}/debug/in-flight")).text))
                await asyncio.sleep(0.005)
            return counted, [(await each).status_code for each in asked]

    counted, statuses = asyncio.run(at_once())
    assert statuses == [200] * 20 and 1 < counted <= 20
    assert gateway.in_flight() == 0


def test_load_is_polled_and_cached_tokens_are_told(fleet, gateway):
    prompt = "A long beginning that many requests share. " * 40
    for _ in range(8):
        chat(gateway.url, content=prompt)
    cached = [endpoint["cached_tokens"] for endpoint in gateway.endpoints().values()]
    assert sum(each["delivered"] for each in cached) > 1000
    assert sum(each["predicted"] for each in cached) > 1000
    assert HTTP.get(f"{gateway.admin}/healthz").text == "ok"
