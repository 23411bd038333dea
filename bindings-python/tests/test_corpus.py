"""A manifest that Envoy AI Gateway published, unchanged."""

from pathlib import Path

import pytest

from inferroute import Router

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
EXAMPLE = CORPUS / "ai-gateway@20250530-last-infext-docs/examples/inference_extension/inference_extension.yaml"


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the collection of published manifests is not beside the repository")
def test_the_inference_extension_example() -> None:
    router = Router({EXAMPLE.name: EXAMPLE.read_text(encoding="utf-8")})
    decision = router.decide({"x-target-inference-extension": "yes"})
    assert decision.ok, f"{decision}\n" + "\n".join(map(str, router.warnings))
    assert decision.pool == "default/inference-extension-example-pool"
    answer = router.decide({"x-target-inference-extension": "no"})
    assert (answer.ok, answer.status) == (False, 404)
