//! One route to one pool, of which tests report the endpoints.

/// Every request goes to the pool `default/p`, whose members carry the label `app: vllm`.
pub(crate) const MANIFESTS: &str = r#"
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: r}
spec: {rules: [{backendRefs: [{name: p, group: inference.networking.k8s.io, kind: InferencePool}]}]}
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: p}
spec: {selector: {matchLabels: {app: vllm}}, targetPorts: [{number: 8000}], endpointPickerRef: {name: e}}
"#;
