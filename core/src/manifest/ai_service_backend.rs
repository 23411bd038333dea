//! AIServiceBackend: a model service outside or inside the cluster, as Envoy AI Gateway writes it.

use serde::Deserialize;

use super::route_rule::{BodyMutationWire, HeaderMutationWire};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackendSpec {
    #[expect(
        dead_code,
        reason = "required by the schema; which API the backend speaks does not change where a request goes"
    )]
    pub(crate) schema: SchemaWire,
    pub(crate) backend_ref: ServiceRefWire,
    #[serde(default)]
    pub(crate) header_mutation: Option<HeaderMutationWire>,
    #[serde(default)]
    pub(crate) body_mutation: Option<BodyMutationWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SchemaWire {
    #[expect(dead_code, reason = "required by the schema")]
    pub(crate) name: String,
}

/// The Service or Envoy Gateway Backend behind an AIServiceBackend. Absent kind means Service, as in Gateway API.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ServiceRefWire {
    #[serde(default)]
    pub(crate) kind: Option<String>,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) namespace: Option<String>,
    #[serde(default)]
    pub(crate) port: Option<i64>,
}
