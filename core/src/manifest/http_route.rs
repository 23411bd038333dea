//! HTTPRoute and GRPCRoute (Gateway API).

use serde::Deserialize;

use super::route_rule::{ParentRefWire, RuleWire, ValueMatchWire};

/// `spec` of an HTTPRoute, or with another kind of match of a GRPCRoute.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound = "Match: Deserialize<'de>")]
pub(crate) struct RouteSpec<Match> {
    #[serde(default)]
    pub(crate) hostnames: Vec<String>,
    #[serde(default)]
    pub(crate) parent_refs: Vec<ParentRefWire>,
    #[serde(default = "Vec::new")]
    pub(crate) rules: Vec<RuleWire<Match>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpMatchWire {
    #[serde(default)]
    pub(crate) path: Option<PathWire>,
    #[serde(default)]
    pub(crate) method: Option<String>,
    #[serde(default)]
    pub(crate) headers: Vec<ValueMatchWire>,
    #[serde(default)]
    pub(crate) query_params: Vec<ValueMatchWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PathWire {
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) value: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct GrpcMatchWire {
    #[serde(default)]
    pub(crate) method: Option<GrpcMethodWire>,
    #[serde(default)]
    pub(crate) headers: Vec<ValueMatchWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct GrpcMethodWire {
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) service: Option<String>,
    #[serde(default)]
    pub(crate) method: Option<String>,
}
