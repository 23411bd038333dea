"""The manifest and the endpoints change under a gateway that runs."""

import json
import threading
import time

from fleet import chat, eventually


def reloads(gateway, file: str, outcome: str) -> int:
    name = f'inferroute_gateway_reloads_total{{file="{file}",outcome="{outcome}"}} '
    lines = [line for line in gateway.metrics().splitlines() if line.startswith(name)]
    return int(lines[0].rpartition(" ")[2]) if lines else 0


def test_a_changed_manifest_is_taken(fleet, gateway):
    changed = fleet.manifest_text.replace("modelRewrite: llama", "modelRewrite: other")
    fleet.write(fleet.manifest, changed)
    eventually(lambda: chat(gateway.url, "fast").json()["model"] == "other")
    fleet.write(fleet.manifest, fleet.manifest_text)
    eventually(lambda: chat(gateway.url, "fast").json()["model"] == "llama")


def test_a_bad_manifest_is_refused_and_the_old_one_stays(fleet, gateway):
    before = reloads(gateway, "manifest", "refused")
    for text in ["{", fleet.manifest_text.replace("qwen-[0-9]+b", "qwen-["), "\0"]:
        fleet.write(fleet.manifest, text)
        before += 1
        eventually(lambda: reloads(gateway, "manifest", "refused") == before)
        assert chat(gateway.url, "fast").json()["model"] == "llama"
    taken = reloads(gateway, "manifest", "taken")
    fleet.write(fleet.manifest, fleet.manifest_text)
    eventually(lambda: reloads(gateway, "manifest", "taken") == taken + 1)


def test_a_manifest_that_is_gone_changes_nothing(fleet, gateway):
    fleet.manifest.unlink()
    assert chat(gateway.url, "fast").status_code == 200
    fleet.write(fleet.manifest, fleet.manifest_text)


def test_endpoints_come_and_go(fleet, gateway):
    fewer = [each for each in fleet.endpoints if each["name"] not in ("silver-0", "silver-1")]
    fleet.write(fleet.endpoints_file, json.dumps(fewer))
    eventually(lambda: "silver-0" not in gateway.endpoints())
    assert {chat(gateway.url, content=f"Question {number}").headers["x-served-by"] for number in range(20)} == {"silver-2"}
    for text in ["[", "{}", '[{"name": ""}]']:
        before = reloads(gateway, "endpoints", "refused")
        fleet.write(fleet.endpoints_file, text)
        eventually(lambda: reloads(gateway, "endpoints", "refused") > before)
        assert "silver-2" in gateway.endpoints()
    fleet.write(fleet.endpoints_file, json.dumps(fleet.endpoints))
    eventually(lambda: "silver-0" in gateway.endpoints())


def test_no_request_is_lost_while_manifests_change(fleet, gateway):
    stop, wrong = threading.Event(), []

    def ask():
        while not stop.is_set():
            time.sleep(0.01)
            answer = chat(gateway.url, "fast")
            if answer.status_code != 200 or answer.json()["model"] not in ("llama", "other"):
                wrong.append(answer.text)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(20):
            model = "other" if turn % 2 == 0 else "llama"
            begun = reloads(gateway, "manifest", "taken")
            fleet.write(fleet.manifest, fleet.manifest_text.replace("modelRewrite: llama", f"modelRewrite: {model}"))
            eventually(lambda: reloads(gateway, "manifest", "taken") == begun + 1)
            assert chat(gateway.url, "fast").json()["model"] == model
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not wrong
    eventually(lambda: gateway.in_flight() == 0)
