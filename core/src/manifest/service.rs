//! Service: its ports, which routes of a mesh attach to.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// The spec of a Service. Ports that cannot be read (placeholders of templates among them) are passed over: a backendRef states its port itself.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum ServiceSpec {
    Read {
        #[serde(default)]
        ports: Vec<ServicePortWire>,
    },
    Other(IgnoredAny),
}

#[derive(Debug, Deserialize)]
pub(crate) struct ServicePortWire {
    #[serde(default)]
    pub(crate) name: Option<String>,
    pub(crate) port: i64,
}

impl ServiceSpec {
    pub(crate) fn ports(&self) -> &[ServicePortWire] {
        match self {
            Self::Read { ports } => ports,
            Self::Other(_) => &[],
        }
    }
}
