//! Services as addresses of a mesh: which matches a request to one of them sees.

use std::collections::HashMap;

use super::matcher::Matcher;

type Names<V> = HashMap<Box<str>, V, foldhash::fast::FixedState>;

/// The addressable Services by namespace and name.
#[derive(Debug, Default)]
pub(crate) struct Services {
    namespaces: Names<Names<Vec<ServicePort>>>,
}

/// One port of a Service.
#[derive(Debug)]
pub(crate) struct ServicePort {
    pub(crate) number: u16,
    /// For clients of every namespace that has no matcher of its own.
    pub(crate) any: Matcher,
    /// For clients of namespaces that have routes to the Service themselves.
    pub(crate) from: Names<Matcher>,
}

/// The port of requests that state none.
const HTTP: u16 = 80;

/// The longest name of a host.
const MAX_HOST: usize = 253;

impl Services {
    pub(crate) fn add(&mut self, namespace: &str, name: &str, port: ServicePort) {
        self.namespaces.entry(namespace.into()).or_default().entry(name.into()).or_default().push(port);
    }

    /// The matcher for a request from `client`, a namespace, to `host` (of any case), `None` where that is no address.
    ///
    /// A host is `name`, `name.namespace`, `name.namespace.svc` or `name.namespace.svc.cluster.local`, with or without a port.
    pub(crate) fn of(&self, client: &str, host: &str, port: Option<u16>) -> Option<&Matcher> {
        let (host, stated) = match host.rsplit_once(':') {
            Some((host, digits)) => (host, Some(digits.parse().ok()?)),
            None => (host, None),
        };
        let number = port.or(stated).unwrap_or(HTTP);
        let mut room = [0; MAX_HOST];
        let lower = room.get_mut(..host.len())?;
        lower.copy_from_slice(host.as_bytes());
        lower.make_ascii_lowercase();
        let host = std::str::from_utf8(lower).ok()?;
        let host =
            host.strip_suffix(".svc.cluster.local").or_else(|| host.strip_suffix(".svc")).unwrap_or(host);
        let (name, namespace) = host.split_once('.').unwrap_or((host, client));
        let ports = self.namespaces.get(namespace)?.get(name)?;
        let port = ports.iter().find(|port| port.number == number)?;
        Some(port.from.get(client).unwrap_or(&port.any))
    }
}
