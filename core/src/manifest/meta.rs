//! What every Kubernetes object begins with.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The part of an object that says what it is.
#[derive(Debug, Deserialize)]
pub(crate) struct TypeMeta {
    #[serde(rename = "apiVersion", default)]
    pub(crate) api_version: String,
    pub(crate) kind: String,
}

impl TypeMeta {
    /// The API group, empty for the core group.
    pub(crate) fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }
}

/// The part of an object that says which one it is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ObjectMeta {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) namespace: Option<String>,
    #[serde(default)]
    pub(crate) labels: Labels,
    #[serde(rename = "creationTimestamp", default)]
    pub(crate) created: Option<String>,
}

/// Labels of an object, or the pairs a selector asks for.
pub(crate) type Labels = BTreeMap<String, String>;

/// Whether `labels` hold every pair of `selector`.
pub(crate) fn has_labels(labels: &Labels, selector: &Labels) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// An object of a kind that is read: metadata and the kind's own spec.
///
/// `spec` of an `Option` may be absent, any other must be there.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Object<Spec> {
    pub(crate) metadata: ObjectMeta,
    pub(crate) spec: Spec,
}
