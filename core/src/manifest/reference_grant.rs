//! ReferenceGrant: who in another namespace may refer to objects of this one (Gateway API).

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct GrantSpec {
    #[serde(default)]
    pub(crate) from: Vec<FromWire>,
    #[serde(default)]
    pub(crate) to: Vec<ToWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct FromWire {
    #[serde(default)]
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) namespace: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ToWire {
    #[serde(default)]
    pub(crate) group: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) name: Option<String>,
}
