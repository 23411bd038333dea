"""The cases that every example must decide, through the gateway as it runs."""

import httpx
import pytest
from fleet import HTTP, VECTORS, chat, stream
import json

CASES = json.loads((VECTORS / "decisions.json").read_text())


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_case(fleet, gateway, number, streams):
    case = fleet.vectors()[number]
    expect = case["expect"]
    if streams and expect["status"] == 200:
        headers, events = stream(gateway.url, case["model"], headers=case["headers"])
        assert events[-1] == "[DONE]"
        model = json.loads(events[0])["model"]
    else:
        answer = chat(gateway.url, case["model"], headers=case["headers"], stream=streams)
        assert answer.status_code == expect["status"], answer.text
        headers = answer.headers
        if expect["status"] != 200:
            error = answer.json()["error"]
            assert error["code"] == expect["reason"] and set(error) == {"message", "type", "param", "code"}
            return
        model = answer.json()["model"]
    assert headers["x-served-by"] in expect["endpoints"]
    assert headers["x-inferroute-endpoint"].startswith(f"default/{headers['x-served-by']}")
    assert (headers["x-inferroute-route"], headers["x-inferroute-rule"]) == (expect["route"], expect["rule"])
    assert headers["x-served-model"] == model == expect["model"]


def test_every_endpoint_of_a_pool_is_used(gateway):
    served = {chat(gateway.url, content=f"Question {number}").headers["x-served-by"] for number in range(60)}
    assert served == {"silver-0", "silver-1", "silver-2"}


def test_a_request_that_cannot_be_read_is_the_clients_fault(gateway):
    answer = HTTP.post(f"{gateway.url}/v1/chat/completions", content=b'{"model": ', headers={"content-type": "application/json"})
    assert answer.status_code == 400 and answer.json()["error"]["code"].startswith("BD")


def test_models_are_listed(gateway):
    listed = HTTP.get(f"{gateway.url}/v1/models").json()
    assert {model["id"] for model in listed["data"]} == {"llama", "fast", "dangling", "empty"}


def test_a_large_request_is_refused(fleet, start):
    with start(fleet, "--max-body", "1000") as gateway:
        assert chat(gateway.url, content="x" * 2000).status_code == 413
        assert chat(gateway.url).status_code == 200


def test_a_bad_manifest_stops_the_start(fleet, start, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(fleet.manifest_text.replace("Exact", "").replace("qwen-[0-9]+b", "qwen-["))
    with pytest.raises(AssertionError, match="did not start"), start(fleet, "--manifest", str(bad)):
        pass
    assert isinstance(HTTP, httpx.Client)
