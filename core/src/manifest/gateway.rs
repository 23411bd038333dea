//! Gateway and ListenerSet: listeners, as far as they say which requests which routes see.

use serde::Deserialize;

use super::label_selector::LabelSelector;
use super::route_rule::ParentRefWire;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GatewaySpec {
    #[serde(default)]
    pub(crate) listeners: Vec<ListenerWire>,
    /// Whose ListenerSets may add listeners; none where it is absent.
    #[serde(default)]
    pub(crate) allowed_listeners: Option<AllowedListenersWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AllowedListenersWire {
    #[serde(default)]
    pub(crate) namespaces: Option<RouteNamespacesWire>,
}

/// Listeners that another namespace, often, adds to a Gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListenerSetSpec {
    pub(crate) parent_ref: ParentRefWire,
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
