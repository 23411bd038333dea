"""Three requests through the two-rule manifest, and why the next one would go where it goes."""

from pathlib import Path

from inferroute import Router

manifest = Path(__file__).parents[1] / "manifests" / "two_rules.yaml"
router = Router(manifest.read_text(encoding="utf-8"), seed=7)

for value in ["yes", "no", "maybe"]:
    outcome = router.decide({"x-target-inference-extension": value}, model="chat")
    if outcome.ok:
        backend = f"{outcome.backend.kind} {outcome.backend.namespace}/{outcome.backend.name}"
        print(
            f"{value}: {outcome.route} rule {outcome.rule} -> {backend} -> {outcome.endpoint}"
            f" at {outcome.address}, model {outcome.model}"
        )
    else:
        print(f"{value}: {outcome}")

print()
print(router.explain({"X-Target-Inference-Extension": "yes"}, model="chat"))
