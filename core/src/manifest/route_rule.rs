//! What the rules of AIGatewayRoute, HTTPRoute and GRPCRoute have in common, as users write it.

use serde::Deserialize;

use super::filter::FilterWire;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RuleWire<Match> {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default = "Vec::new")]
    pub(crate) matches: Vec<Match>,
    #[serde(default)]
    pub(crate) filters: Vec<FilterWire>,
    #[serde(default)]
    pub(crate) backend_refs: Vec<BackendRefWire>,
    #[serde(default)]
    pub(crate) timeouts: Option<TimeoutsWire>,
    #[serde(default)]
    pub(crate) retry: Option<RetryWire>,
    /// AIGatewayRoute only.
    #[serde(default)]
    pub(crate) stream_idle_timeout: Option<String>,
    /// AIGatewayRoute only.
    #[serde(default)]
    pub(crate) models_owned_by: Option<String>,
    /// AIGatewayRoute only.
    #[serde(default)]
    pub(crate) models_created_at: Option<String>,
}

/// A condition on a header or a query parameter.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ValueMatchWire {
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<String>,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatchType {
    Exact,
    RegularExpression,
}

impl MatchType {
    pub(crate) const NAMES: &[&str] = &["Exact", "RegularExpression"];

    /// `None` where the type is neither of the two. An absent type is `Exact`.
    pub(crate) fn parse(kind: Option<&str>) -> Option<Self> {
        match kind {
            None | Some("Exact") => Some(Self::Exact),
            Some("RegularExpression") => Some(Self::RegularExpression),
            Some(_) => None,
        }
    }
}

/// A backendRef of any route, with the fields that only an AIGatewayRoute's has.
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
    pub(crate) port: Option<i64>,
    #[serde(default)]
    pub(crate) weight: Option<i64>,
    #[serde(default)]
    pub(crate) filters: Vec<FilterWire>,
    #[serde(default)]
    pub(crate) priority: Option<i64>,
    #[serde(default)]
    pub(crate) model_name_override: Option<String>,
    #[serde(default)]
    pub(crate) header_mutation: Option<HeaderMutationWire>,
    #[serde(default)]
    pub(crate) body_mutation: Option<BodyMutationWire>,
}

/// What an AI Gateway backend changes in the headers of a request.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct HeaderMutationWire {
    #[serde(default)]
    pub(crate) set: Vec<HeaderWire>,
    #[serde(default)]
    pub(crate) remove: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HeaderWire {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// What an AI Gateway backend changes in the JSON body of a request: top-level fields, values as JSON text.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct BodyMutationWire {
    #[serde(default)]
    pub(crate) set: Vec<BodyFieldWire>,
    #[serde(default)]
    pub(crate) remove: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct BodyFieldWire {
    pub(crate) path: String,
    pub(crate) value: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimeoutsWire {
    #[serde(default)]
    pub(crate) request: Option<String>,
    #[serde(default)]
    pub(crate) backend_request: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RetryWire {
    #[serde(default)]
    pub(crate) codes: Vec<i64>,
    #[serde(default)]
    pub(crate) attempts: Option<i64>,
    #[serde(default)]
    pub(crate) backoff: Option<String>,
}

/// A Gateway, ListenerSet or Service that a route wants to be reached through.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParentRefWire {
    #[serde(default)]
    pub(crate) group: Option<String>,
    #[serde(default)]
    pub(crate) kind: Option<String>,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) namespace: Option<String>,
    #[serde(default)]
    pub(crate) section_name: Option<String>,
    #[serde(default)]
    pub(crate) port: Option<i64>,
}
