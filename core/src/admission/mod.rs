//! What a Kubernetes API server would refuse in an object, in the API server's words.
//!
//! One schema a kind (structure, limits, patterns and the cross-field rules of its CustomResourceDefinition), interpreted by one walker. Nothing
//! here looks at two objects together, resolves a reference or decides anything; unknown fields are passed over, as the API server drops them.
//!
//! Two things go beyond a single answer of the API server, both so that one run names everything: a rule is left out only where the part of the
//! object that it looks at is structurally wrong, not where any part is; and findings come in the order of the text. Rules about a change (a field that may
//! not be altered) need the stored object and are not checked.
//!
//! Where released versions of a definition differ and `apiVersion` does not tell them apart, the file of the kind says which rules hold when.

mod ai_gateway_route;
mod ai_service_backend;
mod backend_security_policy;
mod fields;
mod gateway;
mod grpc_route;
mod http_filter;
mod http_route;
mod inference_model;
mod inference_pool;
mod mcp_route;
mod object_meta;
mod parent_refs;
mod patterns;
mod probe;
mod quota_policy;
mod reference_grant;
mod schema;
mod stream_route;
#[cfg(test)]
mod tests;
mod walk;

use crate::manifest::Node;
use schema::Schema;

/// One reason to refuse an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Path of the field within the object, as in `spec.rules[0].name`.
    pub(crate) path: String,
    /// What the API server says after the path.
    pub(crate) message: String,
}

/// Every reason to refuse the object, in the order of the text. Kinds and versions that are not known here give none.
pub(crate) fn check(node: &Node, api_version: &str, kind: &str) -> Vec<Violation> {
    let Some(schema) = schema(node, api_version, kind) else { return Vec::new() };
    let mut walk = walk::Walk::default();
    object_meta::check(node, &mut walk);
    walk.object(schema, node);
    walk.finish()
}

fn schema(node: &Node, api_version: &str, kind: &str) -> Option<&'static Schema> {
    let (group, version) = api_version.split_once('/')?;
    Some(match (group, version, kind) {
        ("aigateway.envoyproxy.io", "v1alpha1" | "v1beta1", "AIGatewayRoute") => {
            ai_gateway_route::schema(node, version)
        }
        ("aigateway.envoyproxy.io", "v1alpha1", "AIServiceBackend") => &ai_service_backend::V1ALPHA1,
        ("aigateway.envoyproxy.io", "v1beta1", "AIServiceBackend") => &ai_service_backend::V1BETA1,
        ("aigateway.envoyproxy.io", "v1alpha1", "BackendSecurityPolicy") => {
            &backend_security_policy::V1ALPHA1
        }
        ("aigateway.envoyproxy.io", "v1beta1", "BackendSecurityPolicy") => &backend_security_policy::V1BETA1,
        ("aigateway.envoyproxy.io", "v1alpha1" | "v1beta1", "MCPRoute") => &mcp_route::SCHEMA,
        ("aigateway.envoyproxy.io", "v1alpha1", "QuotaPolicy") => &quota_policy::SCHEMA,
        ("inference.networking.k8s.io", "v1", "InferencePool") => &inference_pool::V1,
        ("inference.networking.x-k8s.io", "v1alpha1", "InferencePool") => &inference_pool::V1ALPHA1,
        ("inference.networking.x-k8s.io", "v1alpha2", "InferencePool") => &inference_pool::V1ALPHA2,
        ("inference.networking.x-k8s.io", "v1alpha1", "InferenceModel") => &inference_model::MODEL_V1ALPHA1,
        ("inference.networking.x-k8s.io", "v1alpha2", "InferenceModel") => &inference_model::MODEL,
        ("inference.networking.x-k8s.io" | "llm-d.ai", "v1alpha2", "InferenceObjective") => {
            &inference_model::OBJECTIVE
        }
        ("inference.networking.x-k8s.io" | "llm-d.ai", "v1alpha2", "InferenceModelRewrite") => {
            &inference_model::REWRITE
        }
        ("gateway.networking.k8s.io", "v1" | "v1beta1", "Gateway") => &gateway::SCHEMA,
        ("gateway.networking.k8s.io", "v1" | "v1beta1", "HTTPRoute") => &http_route::SCHEMA,
        ("gateway.networking.k8s.io", "v1", "GRPCRoute") => &grpc_route::SCHEMA,
        ("gateway.networking.k8s.io", "v1" | "v1alpha3", "TLSRoute") => &stream_route::TLS,
        ("gateway.networking.k8s.io", "v1" | "v1alpha2", "TCPRoute" | "UDPRoute") => &stream_route::TCP,
        ("gateway.networking.k8s.io", "v1" | "v1beta1" | "v1alpha2", "ReferenceGrant") => {
            &reference_grant::SCHEMA
        }
        _ => return None,
    })
}
