//! How endpoints are reached: cluster names of Services, and reported addresses with and without a port.

use std::net::{Ipv6Addr, SocketAddr};

use super::load::Object;

/// The address of an AIServiceBackend: the Service it names, at `port` or else at its own port.
pub(crate) fn of_backend(backend: &Object, port: Option<u64>) -> Option<String> {
    let reference = &backend.spec()["backendRef"];
    if reference["kind"].as_str().unwrap_or("Service") != "Service" {
        return None;
    }
    let name = reference["name"].as_str()?;
    let namespace = reference["namespace"].as_str().unwrap_or(backend.namespace);
    let port = port.or(reference["port"].as_u64())?;
    Some(of_service(name, namespace, port))
}

/// The address of a Service at the port that the ref names.
pub(crate) fn of_service(name: &str, namespace: &str, port: u64) -> String {
    format!("{name}.{namespace}.svc.cluster.local:{port}")
}

/// Whether a reported address says its port.
pub(crate) fn has_port(address: &str) -> bool {
    address.parse::<SocketAddr>().is_ok()
}

/// A reported address without port, at this port.
pub(crate) fn at_port(address: &str, port: u64) -> String {
    if address.parse::<Ipv6Addr>().is_ok() {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}
