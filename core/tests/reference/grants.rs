//! Whether a route may name an object of another namespace.

use serde_json::Value;

use super::load::{Object, POOL_GROUPS, World, items};
use super::mesh;

/// Whether a route may refer to this object, which need not exist.
pub(crate) fn permits(world: &World, route: &Object, kind: &str, namespace: &str, name: &str) -> bool {
    // What a mesh routes is not exposed by it.
    if namespace == route.namespace || mesh::is_of_mesh(route) {
        return true;
    }
    let group_of_route =
        if route.kind == "AIGatewayRoute" { "aigateway.envoyproxy.io" } else { "gateway.networking.k8s.io" };
    for grant in world.of_kind("ReferenceGrant") {
        if grant.namespace != namespace {
            continue;
        }
        let spec = grant.spec();
        let from_fits = items(&spec["from"]).iter().any(|entry| {
            entry["group"] == group_of_route
                && entry["kind"] == route.kind
                && entry["namespace"] == route.namespace
        });
        let to_fits = items(&spec["to"]).iter().any(|entry| {
            group_fits(&entry["group"], kind) && entry["kind"] == kind && name_fits(&entry["name"], name)
        });
        if from_fits && to_fits {
            return true;
        }
    }
    false
}

/// An InferencePool is the same object in each of its groups.
fn group_fits(group: &Value, kind: &str) -> bool {
    let group = group.as_str().unwrap_or("");
    match kind {
        "InferencePool" => POOL_GROUPS.contains(&group),
        "Service" => group.is_empty(),
        "Backend" => group == "gateway.envoyproxy.io",
        "InferencePoolImport" => group == "inference.networking.x-k8s.io",
        _ => group == "aigateway.envoyproxy.io",
    }
}

fn name_fits(granted: &Value, name: &str) -> bool {
    let granted = granted.as_str().unwrap_or("");
    granted.is_empty() || granted == name
}
