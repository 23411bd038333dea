//! Which objects count: section "Loading", without its problems.

use serde_json::Value;

/// The API groups that an InferencePool or InferenceModel may come in.
pub(crate) const POOL_GROUPS: [&str; 3] =
    ["inference.networking.k8s.io", "inference.networking.x-k8s.io", "inference.x-k8s.io"];

/// The kinds whose rules decide, alike but for what their matches may ask.
pub(crate) const ROUTE_KINDS: [&str; 3] = ["AIGatewayRoute", "HTTPRoute", "GRPCRoute"];

/// One object of a kind that is read.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a> {
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) json: &'a Value,
}

impl<'a> Object<'a> {
    /// `namespace/name`.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// The object's spec, null where it has none.
    pub(crate) fn spec(&self) -> &'a Value {
        &self.json["spec"]
    }
}

/// Every object that counts, in the order of the text, and the options.
pub(crate) struct World<'a> {
    objects: Vec<Object<'a>>,
    pub(crate) default_namespace: &'a str,
    pub(crate) first_match: bool,
    pub(crate) strategy: &'a str,
    /// The parameters of a `consistent-hash-picker`, which takes the place of the strategy.
    pub(crate) consistent_hash: Option<&'a Value>,
    /// How many more endpoints of its pool a decision names.
    pub(crate) fallback_endpoints: u64,
    /// Services are addresses.
    pub(crate) mesh: bool,
    /// Refs that lead nowhere take their AIGatewayRoute out.
    pub(crate) freeze_route: bool,
}

impl<'a> World<'a> {
    /// Spreads lists, passes over other kinds, and drops objects that a later one of the same name replaces.
    pub(crate) fn load(documents: &'a [Value], options: &'a Value) -> World<'a> {
        let default_namespace = options["default_namespace"].as_str().unwrap_or("default");
        let mut all = Vec::new();
        for document in documents {
            spread(document, default_namespace, &mut all);
        }
        let mut objects: Vec<Object> = Vec::new();
        for (place, object) in all.iter().enumerate() {
            let replaced = all.iter().skip(place + 1).any(|later| {
                later.kind == object.kind && later.namespace == object.namespace && later.name == object.name
            });
            if !replaced {
                objects.push(*object);
            }
        }
        let of_pickers = objects.iter().filter(|object| object.kind == "EndpointPickerConfig");
        let consistent_hash = of_pickers
            .flat_map(|object| items(&object.json["plugins"]))
            .find(|plugin| plugin["type"] == "consistent-hash-picker")
            .map(|plugin| &plugin["parameters"]);
        World {
            consistent_hash,
            objects,
            default_namespace,
            first_match: options["first_match"].as_bool().unwrap_or(false),
            strategy: options["strategy"].as_str().unwrap_or("two_choice"),
            fallback_endpoints: options["fallback_endpoints"].as_u64().unwrap_or(2),
            mesh: options["mesh"].as_bool().unwrap_or(false),
            freeze_route: options["invalid_backend_refs"] == "freeze_route",
        }
    }

    /// The objects of a kind in the order of the text.
    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Object<'a>> {
        self.objects.iter().filter(move |object| object.kind == kind)
    }

    /// The routes of every kind in the order of the text.
    pub(crate) fn routes(&self) -> impl Iterator<Item = &Object<'a>> {
        self.objects.iter().filter(|object| ROUTE_KINDS.contains(&object.kind))
    }

    /// The object of this kind, namespace and name.
    pub(crate) fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&Object<'a>> {
        self.of_kind(kind).find(|object| object.namespace == namespace && object.name == name)
    }
}

/// Adds the document, or the items of a List, if it is of a kind that is read.
fn spread<'a>(document: &'a Value, default_namespace: &'a str, all: &mut Vec<Object<'a>>) {
    let kind = document["kind"].as_str().unwrap_or("");
    if kind == "List" {
        for item in items(&document["items"]) {
            spread(item, default_namespace, all);
        }
        return;
    }
    let version = document["apiVersion"].as_str().unwrap_or("");
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let is_read = match kind {
        "AIGatewayRoute" | "AIServiceBackend" => group == "aigateway.envoyproxy.io",
        "InferencePool" | "InferenceModel" => POOL_GROUPS.contains(&group),
        "HTTPRoute" | "GRPCRoute" | "Gateway" | "ReferenceGrant" => group == "gateway.networking.k8s.io",
        "EndpointPickerConfig" => group == "llm-d.ai",
        "Service" | "Namespace" => group.is_empty(),
        "Backend" => group == "gateway.envoyproxy.io",
        "InferencePoolImport" => group == "inference.networking.x-k8s.io",
        _ => false,
    };
    if is_read {
        let metadata = &document["metadata"];
        all.push(Object {
            kind,
            namespace: metadata["namespace"].as_str().unwrap_or(default_namespace),
            name: metadata["name"].as_str().unwrap_or(""),
            json: document,
        });
    }
}

/// The items of a JSON array; none where the value is absent.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
