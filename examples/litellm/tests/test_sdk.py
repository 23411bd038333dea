"""The strategy of LiteLLM's SDK, with servers that answer and servers that do not."""

import asyncio
import json

import litellm
import pytest
from fleet import VECTORS, eventually
from inferroute_litellm import Chooser, Refused, Strategy
from litellm.types.router import RetryPolicy

CASES = json.loads((VECTORS / "decisions.json").read_text())
# The SDK's Router knows models by name alone, so each has to be listed; it refuses what is not before any strategy is asked.
MODELS = sorted({case["model"] for case in CASES})
MESSAGES = [{"role": "user", "content": "Hello there"}]


@pytest.fixture(scope="module")
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="module")
def strategy(fleet, loop):
    deployments = [
        {
            "model_name": model,
            "litellm_params": {"model": f"openai/{model}", "api_base": f"http://{each['address']}:{fleet.port}/v1", "api_key": "none"},
            "model_info": {"id": each["name"], "labels": each["labels"]},
        }
        for model in MODELS
        for each in fleet.endpoints
    ]
    for deployment in deployments:
        # Each deployment of LiteLLM needs an id of its own; what they share is the endpoint.
        deployment["model_info"] |= {"endpoint": deployment["model_info"]["id"], "id": f"{deployment['model_name']} {deployment['model_info']['id']}"}
    retries = RetryPolicy(TimeoutErrorRetries=2, InternalServerErrorRetries=2)
    router = litellm.Router(model_list=deployments, num_retries=2, retry_policy=retries, timeout=1, disable_cooldowns=True)
    strategy = Strategy(Chooser(fleet.manifest), router)
    yield strategy
    litellm.callbacks.remove(strategy.callback)


@pytest.fixture(autouse=True)
def all_is_well_again(fleet, strategy, loop):
    yield
    fleet.mend()

    async def settled():
        for _ in range(100):
            if strategy.chooser.in_flight() == 0:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("requests are still counted")

    loop.run_until_complete(settled())


async def ask(strategy, model="llama", headers=None, **more):
    return await strategy.router.acompletion(model=model, messages=MESSAGES, max_tokens=4, extra_headers=headers or {}, **more)


def by(response) -> dict:
    return response._hidden_params["additional_headers"]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_case(fleet, strategy, loop, number):
    case = fleet.vectors()[number]
    expect = case["expect"]
    if expect["status"] != 200:
        with pytest.raises(Refused) as refused:
            loop.run_until_complete(ask(strategy, case["model"], case["headers"]))
        assert (refused.value.status_code, refused.value.type) == (expect["status"], expect["reason"])
        return
    headers = by(loop.run_until_complete(ask(strategy, case["model"], case["headers"])))
    assert headers["llm_provider-x-served-by"] in expect["endpoints"]
    assert headers["llm_provider-x-served-model"] == expect["model"]


def test_streams_count_until_their_end(strategy, loop):
    async def streamed():
        response = await ask(strategy, stream=True)
        counted, text = strategy.chooser.in_flight(), ""
        async for chunk in response:
            text += chunk.choices[0].delta.content or ""
        return counted, text

    counted, text = loop.run_until_complete(streamed())
    assert counted == 1 and text


@pytest.mark.parametrize("fault", ["dead", "error", "hang"])
def test_faulty_endpoints_are_passed_by(fleet, strategy, loop, fault):
    if fault == "dead":
        fleet["silver-1"].kill()
    else:
        fleet["silver-1"].fault(fault)

    async def asked():
        return [by(await ask(strategy))["llm_provider-x-served-by"] for _ in range(6)]

    assert "silver-1" not in loop.run_until_complete(asked())


def test_a_changed_manifest_is_taken(fleet, strategy, loop):
    async def until(model):
        for _ in range(100):
            if by(await ask(strategy, "fast"))["llm_provider-x-served-model"] == model:
                return True
        return False

    fleet.write(fleet.manifest, fleet.manifest_text.replace("modelRewrite: llama", "modelRewrite: other"))
    assert loop.run_until_complete(until("other"))
    fleet.write(fleet.manifest, fleet.manifest_text)
    assert loop.run_until_complete(until("llama"))
    eventually(lambda: strategy.chooser.in_flight() == 0)
