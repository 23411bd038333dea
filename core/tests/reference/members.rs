//! Who belongs to a pool: the first half of section "Choosing an endpoint".

use serde_json::{Map, Value};

use super::address;
use super::load::{Object, World, items};

/// One endpoint of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) address: Option<String>,
    pub(crate) ready: bool,
    /// The number among the members of its pool, by which two that look the same differ.
    pub(crate) place: usize,
}

/// The members of a pool in their order, ready or not.
pub(crate) fn of_pool(world: &World, pool: &Object, reported: &[Value]) -> Vec<Member> {
    let spec = pool.spec();
    let ports = ports(spec);
    let selector = &spec["selector"];
    let is_flat = selector["matchLabels"].is_null();
    let wanted = if is_flat { selector } else { &selector["matchLabels"] };
    let no_labels = Map::new();
    let wanted = wanted.as_object().unwrap_or(&no_labels);

    let mut members = Vec::new();
    for endpoint in reported {
        let namespace = endpoint["namespace"].as_str().unwrap_or(world.default_namespace);
        if namespace == pool.namespace && carries(&endpoint["labels"], wanted) {
            members.extend(of_reported(namespace, endpoint, &ports));
        }
    }
    if is_flat {
        for backend in world.of_kind("AIServiceBackend") {
            if backend.namespace == pool.namespace && carries(&backend.json["metadata"]["labels"], wanted) {
                let address = address::of_backend(world, backend, ports.first().copied());
                members.push(Member { id: backend.id(), address, ready: true, place: 0 });
            }
        }
    }
    members.sort_by(|a, b| (&a.id, &a.address).cmp(&(&b.id, &b.address)));
    for (place, member) in members.iter_mut().enumerate() {
        member.place = place;
    }
    members
}

/// The target ports in their order, whichever dialect names them.
fn ports(spec: &Value) -> Vec<u64> {
    let mut ports: Vec<u64> = spec["targetPortNumber"].as_u64().into_iter().collect();
    for entry in items(&spec["targetPorts"]) {
        ports.extend(entry["number"].as_u64());
    }
    ports
}

/// Whether the labels hold every wanted pair.
fn carries(labels: &Value, wanted: &Map<String, Value>) -> bool {
    wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// One reported endpoint: itself if it says its port or has no address, else one for each target port.
fn of_reported(namespace: &str, endpoint: &Value, ports: &[u64]) -> Vec<Member> {
    let id = format!("{namespace}/{}", endpoint["name"].as_str().unwrap_or(""));
    let ready = endpoint["ready"].as_bool().unwrap_or(true);
    let Some(reported) = endpoint["address"].as_str() else {
        return vec![Member { id, address: None, ready, place: 0 }];
    };
    if address::has_port(reported) {
        return vec![Member { id, address: Some(reported.to_owned()), ready, place: 0 }];
    }
    let mut members = Vec::new();
    for port in ports {
        let id = if ports.len() > 1 { format!("{id}:{port}") } else { id.clone() };
        members.push(Member { id, address: Some(address::at_port(reported, *port)), ready, place: 0 });
    }
    members
}
