//! AIGatewayRoute: which requests go to which backends, as Envoy AI Gateway writes it (v1alpha1 and v1beta1).

use serde::Deserialize;

/// `spec` of an AIGatewayRoute. Fields that do not take part in a decision (parentRefs, targetRefs, schema, llmRequestCosts, filterConfig) are passed over.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RouteSpec {
    #[serde(default)]
    pub(crate) hostnames: Vec<String>,
    #[serde(default)]
    pub(crate) rules: Vec<RuleWire>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RuleWire {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) matches: Vec<MatchWire>,
    #[serde(default)]
    pub(crate) backend_refs: Vec<BackendRefWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct MatchWire {
    #[serde(default)]
    pub(crate) headers: Vec<HeaderMatchWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HeaderMatchWire {
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<String>,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// How a header's value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatchType {
    Exact,
    RegularExpression,
}

impl HeaderMatchWire {
    /// `None` where the type is neither of the two.
    pub(crate) fn match_type(&self) -> Option<MatchType> {
        match self.kind.as_deref() {
            None | Some("Exact") => Some(MatchType::Exact),
            Some("RegularExpression") => Some(MatchType::RegularExpression),
            Some(_) => None,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackendRefWire {
    #[serde(default)]
    pub(crate) group: Option<String>,
    #[serde(default)]
    pub(crate) kind: Option<String>,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) namespace: Option<String>,
    #[serde(default)]
    pub(crate) weight: Option<i64>,
    #[serde(default)]
    pub(crate) priority: Option<i64>,
    #[serde(default)]
    pub(crate) model_name_override: Option<String>,
}
