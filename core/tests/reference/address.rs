//! How endpoints are reached: cluster names of Services, and reported addresses with and without a port.

use std::net::{Ipv6Addr, SocketAddr};

use super::load::{Object, World, items};

/// The address of an AIServiceBackend: the Service or Backend it names, at `port` or else at its own port.
pub(crate) fn of_backend(world: &World, backend: &Object, port: Option<u64>) -> Option<String> {
    let reference = &backend.spec()["backendRef"];
    let name = reference["name"].as_str()?;
    let namespace = reference["namespace"].as_str().unwrap_or(backend.namespace);
    match reference["kind"].as_str().unwrap_or("Service") {
        "Service" => Some(of_service(name, namespace, port.or(reference["port"].as_u64())?)),
        "Backend" => of_envoy_backend(world, name, namespace, port),
        _ => None,
    }
}

/// The address of a Backend that has one endpoint, at `port` or else at that endpoint's.
pub(crate) fn of_envoy_backend(
    world: &World,
    name: &str,
    namespace: &str,
    port: Option<u64>,
) -> Option<String> {
    let endpoints = items(&world.find("Backend", namespace, name)?.spec()["endpoints"]);
    if endpoints.len() != 1 {
        return None;
    }
    let fqdn = &endpoints[0]["fqdn"];
    let ip = &endpoints[0]["ip"];
    let at = if fqdn.is_null() { ip } else { fqdn };
    let host = at["hostname"].as_str().or(at["address"].as_str())?;
    Some(at_port(host, port.or(at["port"].as_u64())?))
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
