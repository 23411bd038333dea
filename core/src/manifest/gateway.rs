//! Gateway: its listeners, as far as they say which requests which routes see; and Namespace, whose labels listeners may ask for.

use serde::Deserialize;

use super::label_selector::LabelSelector;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct GatewaySpec {
    #[serde(default)]
    pub(crate) listeners: Vec<ListenerWire>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListenerWire {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) hostname: Option<String>,
    #[serde(default)]
    pub(crate) port: Option<i64>,
    #[serde(default)]
    pub(crate) protocol: Option<String>,
    #[serde(default)]
    pub(crate) allowed_routes: Option<AllowedRoutesWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AllowedRoutesWire {
    #[serde(default)]
    pub(crate) namespaces: Option<RouteNamespacesWire>,
    #[serde(default)]
    pub(crate) kinds: Vec<RouteKindWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RouteNamespacesWire {
    #[serde(default)]
    pub(crate) from: Option<String>,
    #[serde(default)]
    pub(crate) selector: Option<LabelSelector>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RouteKindWire {
    #[serde(default)]
    pub(crate) kind: String,
}
