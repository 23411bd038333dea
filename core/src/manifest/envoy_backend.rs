//! Backend of Envoy Gateway: addresses outside the cluster, or inside it without a Service.

use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct EnvoyBackendSpec {
    #[serde(default)]
    pub(crate) endpoints: Vec<EndpointWire>,
}

/// One address; a unix socket is neither of the two.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EndpointWire {
    #[serde(default)]
    pub(crate) fqdn: Option<FqdnWire>,
    #[serde(default)]
    pub(crate) ip: Option<IpWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct FqdnWire {
    pub(crate) hostname: String,
    pub(crate) port: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct IpWire {
    pub(crate) address: String,
    pub(crate) port: i64,
}

impl EnvoyBackendSpec {
    /// Host and port, where the Backend has one address that is not a socket.
    pub(crate) fn address(&self) -> Option<(&str, i64)> {
        let [only] = self.endpoints.as_slice() else { return None };
        let fqdn = only.fqdn.as_ref().map(|fqdn| (fqdn.hostname.as_str(), fqdn.port));
        fqdn.or_else(|| only.ip.as_ref().map(|ip| (ip.address.as_str(), ip.port)))
    }
}
