//! Endpoints that the host reports, as opposed to those that manifests name.

use serde::{Deserialize, Serialize};

use crate::manifest::Labels;

/// One endpoint as the host sees it: usually a pod.
///
/// ```
/// use inferroute::ReportedEndpoint;
///
/// let endpoint = ReportedEndpoint::new("vllm-0").namespace("serving").address("10.0.0.7").label("app", "vllm");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedEndpoint {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub(crate) labels: Labels,
    #[serde(default = "yes")]
    pub(crate) ready: bool,
}

fn yes() -> bool {
    true
}

impl ReportedEndpoint {
    /// An endpoint of that name: ready, without labels or address, in the default namespace of the plan.
    pub fn new(name: &str) -> Self {
        Self { namespace: None, name: name.to_owned(), address: None, labels: Labels::new(), ready: true }
    }

    /// The namespace; a pool selects among endpoints of its own namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_owned());
        self
    }

    /// `ip` or `ip:port`. Without a port the endpoint serves on the target ports of the pool that selects it, one endpoint a port.
    #[must_use]
    pub fn address(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Whether the endpoint takes requests. Default: yes.
    #[must_use]
    pub fn ready(mut self, ready: bool) -> Self {
        self.ready = ready;
        self
    }
}
