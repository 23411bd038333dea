//! Public manifests of other projects load unchanged. They are not part of this repository: where they are absent, the test says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test fails by panicking and tells what it left out"
)]

use std::path::PathBuf;

use inferroute::{Manifests, Nanos, Options, Request, Router};

fn shared(path: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let text = std::fs::read_to_string(root.join(path)).ok();
    if text.is_none() {
        println!("skipped: shared/corpus/{path} is not beside this checkout");
    }
    text
}

#[test]
fn the_last_documented_inference_extension_example_reaches_its_pool() {
    let path = "ai-gateway@20250530-last-infext-docs/examples/inference_extension/inference_extension.yaml";
    let Some(text) = shared(path) else { return };
    let plan = Manifests::from_yaml(&text).unwrap().compile(&Options::default()).unwrap();
    assert!(plan.warnings().is_empty());
    let router = Router::new(plan, 1);
    let decide = |value: &str| {
        let headers = [("X-Target-Inference-Extension", value)];
        router.decide(&Request::new(&headers).model("mistral:latest"), Nanos::new(0))
    };
    let decision = decide("yes").unwrap();
    assert_eq!(decision.pool(), Some("default/inference-extension-example-pool"));
    assert_eq!(decision.endpoint(), "default/inference-extension-example-testupstream");
    assert_eq!(decision.criticality().map(|class| class.as_str()), Some("Critical"));
    assert_eq!(decide("no").unwrap_err().status(), 404);
}
