//! Whether a listener takes routes of a namespace: `allowedRoutes.namespaces` of section "Attachment".

use serde_json::{Map, Value};

use super::load::{Object, World, items};

/// Whether a listener of the gateway that says this admits the route.
pub(crate) fn allowed(world: &World, route: &Object, gateway: &Object, namespaces: &Value) -> bool {
    match namespaces["from"].as_str().unwrap_or("Same") {
        "All" => true,
        "Same" => route.namespace == gateway.namespace,
        "Selector" => selects(&namespaces["selector"], &labels(world, route.namespace)),
        _ => false,
    }
}

/// The labels of a namespace; its own name is one of them, whatever its object says.
fn labels(world: &World, namespace: &str) -> Map<String, Value> {
    let object = world.of_kind("Namespace").find(|object| object.name == namespace);
    let stated = object.and_then(|object| object.json["metadata"]["labels"].as_object());
    let mut labels = stated.cloned().unwrap_or_default();
    labels.insert("kubernetes.io/metadata.name".into(), namespace.into());
    labels
}

/// Whether labels satisfy every part of a selector.
fn selects(selector: &Value, labels: &Map<String, Value>) -> bool {
    let no_labels = Map::new();
    let wanted = selector["matchLabels"].as_object().unwrap_or(&no_labels);
    wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
        && items(&selector["matchExpressions"]).iter().all(|expression| satisfies(expression, labels))
}

fn satisfies(expression: &Value, labels: &Map<String, Value>) -> bool {
    let label = labels.get(expression["key"].as_str().unwrap_or(""));
    let is_listed = label.is_some_and(|label| items(&expression["values"]).contains(label));
    match expression["operator"].as_str() {
        Some("In") => is_listed,
        Some("NotIn") => !is_listed,
        Some("Exists") => label.is_some(),
        Some("DoesNotExist") => label.is_none(),
        _ => false,
    }
}
