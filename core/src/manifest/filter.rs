//! Filters of HTTPRoute and GRPCRoute: what a proxy must do to a request beside sending it on (Gateway API, HTTPRouteFilter).

use serde::Deserialize;

use super::route_rule::{BackendRefWire, HeaderWire};

/// One filter. Which of the fields counts is said by `type`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilterWire {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) request_header_modifier: Option<HeaderModifierWire>,
    #[serde(default)]
    pub(crate) response_header_modifier: Option<HeaderModifierWire>,
    #[serde(default)]
    pub(crate) request_mirror: Option<Box<MirrorWire>>,
    #[serde(default)]
    pub(crate) request_redirect: Option<RedirectWire>,
    #[serde(default)]
    pub(crate) url_rewrite: Option<RewriteWire>,
    #[serde(default)]
    pub(crate) extension_ref: Option<ExtensionRefWire>,
}

/// An object in the route's namespace that says what to do.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ExtensionRefWire {
    #[serde(default)]
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct HeaderModifierWire {
    #[serde(default)]
    pub(crate) set: Vec<HeaderWire>,
    #[serde(default)]
    pub(crate) add: Vec<HeaderWire>,
    #[serde(default)]
    pub(crate) remove: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MirrorWire {
    pub(crate) backend_ref: BackendRefWire,
    #[serde(default)]
    pub(crate) percent: Option<i64>,
    #[serde(default)]
    pub(crate) fraction: Option<FractionWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct FractionWire {
    pub(crate) numerator: i64,
    #[serde(default)]
    pub(crate) denominator: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RedirectWire {
    #[serde(default)]
    pub(crate) scheme: Option<String>,
    #[serde(default)]
    pub(crate) hostname: Option<String>,
    #[serde(default)]
    pub(crate) path: Option<PathModifierWire>,
    #[serde(default)]
    pub(crate) port: Option<i64>,
    #[serde(default)]
    pub(crate) status_code: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RewriteWire {
    #[serde(default)]
    pub(crate) hostname: Option<String>,
    #[serde(default)]
    pub(crate) path: Option<PathModifierWire>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PathModifierWire {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) replace_full_path: Option<String>,
    #[serde(default)]
    pub(crate) replace_prefix_match: Option<String>,
}
