//! AIGatewayRoute: which requests go to which backends, as Envoy AI Gateway writes it (v1alpha1 and v1beta1).

use serde::Deserialize;

use super::route_rule::{ParentRefWire, RuleWire, ValueMatchWire};

/// `spec` of an AIGatewayRoute. Fields that do not take part in a decision (schema, llmRequestCosts, filterConfig) are passed over.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AiRouteSpec {
    #[serde(default)]
    pub(crate) hostnames: Vec<String>,
    #[serde(default)]
    pub(crate) parent_refs: Vec<ParentRefWire>,
    /// What parentRefs were called at first; in the route's own namespace.
    #[serde(default)]
    pub(crate) target_refs: Vec<ParentRefWire>,
    #[serde(default)]
    pub(crate) rules: Vec<RuleWire<AiMatchWire>>,
}

/// A match of an AIGatewayRoute has headers only; what else stands there is no field of the kind.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AiMatchWire {
    #[serde(default)]
    pub(crate) headers: Vec<ValueMatchWire>,
}
