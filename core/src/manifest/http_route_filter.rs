//! HTTPRouteFilter of Envoy Gateway: what a rule asks for beyond Gateway API, named by a filter of type ExtensionRef.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::filter::HeaderModifierWire;

/// What is applied, and what is told apart only to say that it is not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RouteFilterSpec {
    #[serde(default)]
    pub(crate) url_rewrite: Option<ExtendedRewriteWire>,
    #[serde(default)]
    pub(crate) direct_response: Option<DirectResponseWire>,
    #[serde(default)]
    pub(crate) credential_injection: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) matches: Vec<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExtendedRewriteWire {
    #[serde(default)]
    pub(crate) hostname: Option<HostModifierWire>,
    #[serde(default)]
    pub(crate) path: Option<ExtendedPathWire>,
    #[serde(default)]
    pub(crate) append_x_forwarded_host: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostModifierWire {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) header: Option<String>,
    #[serde(default)]
    pub(crate) path_regex: Option<SubstitutionWire>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExtendedPathWire {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) replace_regex_match: Option<SubstitutionWire>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SubstitutionWire {
    #[serde(default)]
    pub(crate) pattern: String,
    #[serde(default)]
    pub(crate) substitution: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DirectResponseWire {
    #[serde(default)]
    pub(crate) status_code: Option<i64>,
    #[serde(default)]
    pub(crate) content_type: Option<String>,
    #[serde(default)]
    pub(crate) body: Option<DirectBodyWire>,
    #[serde(default)]
    pub(crate) header: Option<HeaderModifierWire>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DirectBodyWire {
    /// `Inline` (the default) or `ValueRef`, which names a ConfigMap.
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) inline: Option<String>,
}
