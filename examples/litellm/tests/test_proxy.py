"""The proxy with the callback, as it runs."""

import asyncio
import json

import httpx
import pytest
from fleet import VECTORS, chat, eventually, stream

CASES = json.loads((VECTORS / "decisions.json").read_text())


@pytest.fixture(autouse=True)
def all_is_well_again(fleet, gateway):
    yield
    fleet.mend()
    eventually(lambda: gateway.in_flight() == 0)


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_case(fleet, gateway, number, streams):
    case = fleet.vectors()[number]
    expect = case["expect"]
    if expect["status"] != 200:
        answer = chat(gateway.url, case["model"], headers=case["headers"], stream=streams)
        assert answer.status_code == expect["status"], answer.text
        # LiteLLM has the status as the code.
        error = answer.json()["error"]
        assert (error["type"], error["code"]) == (expect["reason"], str(expect["status"]))
        return
    if streams:
        headers, events = stream(gateway.url, case["model"], headers=case["headers"])
        assert events[-1] == "[DONE]"
    else:
        answer = chat(gateway.url, case["model"], headers=case["headers"])
        assert answer.status_code == 200, answer.text
        headers = answer.headers
    # LiteLLM hands on the headers of the endpoint under names of its own.
    assert headers["llm_provider-x-served-by"] in expect["endpoints"]
    assert headers["x-litellm-model-id"] == headers["llm_provider-x-served-by"]
    assert headers["llm_provider-x-served-model"] == expect["model"]
    assert headers["x-inferroute-route"] == expect["route"] and headers["x-inferroute-rule"] == expect["rule"]


def test_a_client_does_not_choose_a_deployment_by_its_id(gateway):
    answer = chat(gateway.url, "gold-0")
    assert answer.status_code == 404 and answer.json()["error"]["type"] == "no_rule"


def served(gateway, count: int = 12) -> list[str]:
    names = []
    for number in range(count):
        if number % 2:
            headers, events = stream(gateway.url, content=f"Question {number}")
            assert events[-1] == "[DONE]"
        else:
            answer = chat(gateway.url, content=f"Question {number}")
            assert answer.status_code == 200, answer.text
            headers = answer.headers
        names.append(headers["llm_provider-x-served-by"])
    return names


def test_every_endpoint_of_a_pool_is_used(gateway):
    assert set(served(gateway, 40)) == {"silver-0", "silver-1", "silver-2"}


def test_dead_endpoints_are_passed_by(fleet, gateway):
    fleet["silver-0"].kill()
    fleet["silver-1"].kill()
    assert set(served(gateway)) == {"silver-2"}


def test_failing_endpoints_are_passed_by(fleet, gateway):
    fleet["silver-0"].fault("error")
    fleet["silver-2"].fault("error")
    assert set(served(gateway)) == {"silver-1"}


def test_hung_endpoints_are_passed_by(fleet, gateway):
    fleet["silver-0"].fault("hang")
    assert "silver-0" not in served(gateway, 6)


def test_where_all_fail_the_client_hears_of_it(fleet, gateway):
    for name in ("silver-0", "silver-1", "silver-2"):
        fleet[name].fault("error")
    answer = chat(gateway.url)
    assert answer.status_code == 500 and "error" in answer.json()


def test_a_stream_that_breaks_off_leaves_nothing_in_flight(fleet, gateway):
    fleet["gold-0"].fault("die", requests=1)
    # LiteLLM answers 500 where it has not passed on anything by then.
    answer = chat(gateway.url, headers={"x-tier": "gold"}, max_tokens=50, stream=True)
    assert answer.status_code in (200, 500) and '"error"' in answer.text
    eventually(fleet["gold-0"].has_ended)


def test_a_client_that_leaves_a_stream_leaves_nothing_in_flight(fleet, gateway):
    async def leave():
        said = {"model": "llama", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4000, "stream": True}
        async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
            async with client.stream("POST", f"{gateway.url}/v1/chat/completions", json=said, headers={"x-tier": "gold"}) as response:
                async for _ in response.aiter_lines():
                    counted = int((await client.get(f"{gateway.admin}/debug/in-flight")).text)
                    break
        return counted

    assert asyncio.run(leave()) == 1
    # LiteLLM may read the rest of the answer before it ends the stream.
    eventually(lambda: gateway.in_flight() == 0, 30)


def test_requests_count_while_they_last(gateway):
    async def at_once():
        async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
            said = {"model": "llama", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 400, "stream": True}
            asked = [asyncio.ensure_future(client.post(f"{gateway.url}/v1/chat/completions", json=said)) for _ in range(9)]
            counted = 0
            while not all(each.done() for each in asked):
                counted = max(counted, int((await client.get(f"{gateway.admin}/debug/in-flight")).text))
                await asyncio.sleep(0.02)
            return counted, [(await each).status_code for each in asked]

    counted, statuses = asyncio.run(at_once())
    assert statuses == [200] * 9 and 1 < counted <= 9


def test_cached_tokens_are_told(gateway):
    prompt = "A long beginning that many requests share. " * 40
    for _ in range(6):
        chat(gateway.url, content=prompt)
    eventually(lambda: sum(each["cached_tokens"]["delivered"] for each in gateway.endpoints().values()) > 1000)


def test_a_changed_manifest_is_taken_and_a_bad_one_refused(fleet, gateway):
    model = lambda: chat(gateway.url, "fast").headers["llm_provider-x-served-model"]  # noqa: E731
    fleet.write(fleet.manifest, fleet.manifest_text.replace("modelRewrite: llama", "modelRewrite: other"))
    eventually(lambda: model() == "other")
    fleet.write(fleet.manifest, "{")
    for _ in range(5):
        assert model() == "other"
    fleet.write(fleet.manifest, fleet.manifest_text)
    eventually(lambda: model() == "llama")
