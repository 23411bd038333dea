//! The manifest, in versions that differ in the model that endpoints are asked for.

use std::io;
use std::path::Path;

use super::fleet::POOLS;

/// The name that version `version` gives the model of a pool.
pub(super) fn model(pool: &str, version: u64) -> String {
    format!("{pool}-v{version}")
}

/// The pool and version in a model's name.
pub(super) fn version(model: &str) -> Option<(&str, u64)> {
    let (pool, version) = model.split_once("-v")?;
    Some((pool, version.parse().ok()?))
}

/// Replaces the file in one step, so that nobody reads half of it.
pub(super) fn write(path: &Path, port: u16, version: u64) -> io::Result<()> {
    let next = path.with_extension("next");
    std::fs::write(&next, text(port, version))?;
    std::fs::rename(&next, path)
}

fn text(port: u16, version: u64) -> String {
    let mut text = String::from(
        "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: load}\nspec:\n  rules:\n",
    );
    for pool in POOLS {
        text += &format!(
            "    - name: {pool}
      matches: [{{headers: [{{name: x-ai-eg-model, value: {pool}}}]}}]
      backendRefs: [{{group: inference.networking.k8s.io, kind: InferencePool, name: {pool}}}]
"
        );
    }
    for pool in POOLS {
        let model = model(pool, version);
        text += &format!(
            "---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {{name: {pool}}}
spec:
  selector: {{matchLabels: {{tier: {pool}}}}}
  targetPorts: [{{number: {port}}}]
---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferenceModelRewrite
metadata: {{name: {pool}}}
spec:
  poolRef: {{group: inference.networking.k8s.io, kind: InferencePool, name: {pool}}}
  rules:
    - matches: [{{model: {{value: {pool}}}}}]
      targets: [{{modelRewrite: {model}}}]
"
        );
    }
    text
}
