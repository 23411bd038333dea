//! Backends, pools, models and grants.

use serde_json::{Map, Value, json};

use super::alphabet as of;
use super::source::Source;

/// `metadata` with a name, and often with a namespace, labels or a timestamp.
pub(crate) fn metadata(source: &mut Source, name: &str) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("name".into(), name.into());
    if !source.one_in(3) {
        metadata.insert("namespace".into(), namespace(source).into());
    }
    if source.one_in(2) {
        metadata.insert("creationTimestamp".into(), source.pick(&of::TIMES).into());
    }
    metadata
}

/// Most objects share one namespace, or nothing would ever meet.
pub(crate) fn namespace(source: &mut Source) -> &'static str {
    if source.one_in(16) { source.pick(&of::NAMESPACES) } else { "default" }
}

/// None to three labels.
pub(crate) fn labels(source: &mut Source) -> Value {
    let mut labels = Map::new();
    for _ in 0..source.pick(&[0, 1, 2, 2, 3]) {
        labels.insert(source.pick(&of::LABEL_KEYS).into(), source.pick(&of::LABEL_VALUES).into());
    }
    Value::Object(labels)
}

/// An AIServiceBackend of this name.
pub(crate) fn backend(source: &mut Source, name: &str) -> Value {
    let mut metadata = metadata(source, name);
    if !source.one_in(4) {
        metadata.insert("labels".into(), labels(source));
    }
    let mut reference = Map::new();
    reference.insert("name".into(), source.pick(&["svc", "svc-b"]).into());
    match source.below(4) {
        0 => _ = reference.insert("kind".into(), "Service".into()),
        1 => {
            reference.insert("kind".into(), "Backend".into());
            reference.insert("group".into(), "gateway.envoyproxy.io".into());
        }
        _ => {}
    }
    if source.one_in(4) {
        reference.insert("namespace".into(), source.pick(&of::NAMESPACES).into());
    }
    if !source.one_in(4) {
        reference.insert("port".into(), source.pick(&of::PORTS).into());
    }
    json!({
        "apiVersion": source.pick(&["aigateway.envoyproxy.io/v1alpha1", "aigateway.envoyproxy.io/v1beta1"]),
        "kind": "AIServiceBackend",
        "metadata": metadata,
        "spec": {"schema": {"name": "OpenAI"}, "backendRef": reference},
    })
}

/// An InferencePool of this name, of either dialect.
pub(crate) fn pool(source: &mut Source, name: &str) -> Value {
    let metadata = metadata(source, name);
    let mut selector = Map::new();
    for _ in 0..source.pick(&[0, 0, 0, 1, 1, 1, 1, 2]) {
        selector.insert(source.pick(&of::LABEL_KEYS[..3]).into(), source.pick(&of::LABEL_VALUES).into());
    }
    if source.one_in(2) {
        return json!({
            "apiVersion": source.pick(&["inference.networking.x-k8s.io/v1alpha2", "inference.networking.x-k8s.io/v1alpha1"]),
            "kind": "InferencePool",
            "metadata": metadata,
            "spec": {
                "targetPortNumber": source.pick(&of::PORTS),
                "selector": selector,
                "extensionRef": {"name": "envoy-ai-gateway"},
            },
        });
    }
    let mut numbers: Vec<u64> = of::PORTS.to_vec();
    source.shuffle(&mut numbers);
    numbers.truncate(source.pick(&[1, 1, 2, 3]));
    let ports: Vec<Value> = numbers.iter().map(|number| json!({"number": number})).collect();
    json!({
        "apiVersion": "inference.networking.k8s.io/v1",
        "kind": "InferencePool",
        "metadata": metadata,
        "spec": {
            "targetPorts": ports,
            "selector": {"matchLabels": selector},
            "endpointPickerRef": {"name": "picker", "port": {"number": 9002}},
        },
    })
}

/// An InferenceModel; many speak for the same few models.
pub(crate) fn model(source: &mut Source) -> Value {
    let name = source.pick(&["im", "im-0", "im0", "jm", "km"]);
    let metadata = metadata(source, name);
    let pool = if source.one_in(8) { of::MISSING } else { source.pick(&of::POOLS) };
    let mut spec = Map::new();
    spec.insert("modelName".into(), source.pick(&of::MODELS[..3]).into());
    spec.insert("poolRef".into(), json!({"name": pool}));
    if source.one_in(3) {
        spec.insert("criticality".into(), source.pick(&["Critical", "Standard", "Sheddable"]).into());
    }
    let weighted = source.below(3);
    let mut targets = Vec::new();
    for _ in 0..source.pick(&[0, 1, 2, 2, 3, 4]) {
        let mut target = Map::new();
        target.insert("name".into(), source.pick(&["t0", "t1", "t2", "m0"]).into());
        if weighted == 0 || (weighted == 1 && source.one_in(2)) {
            target.insert("weight".into(), source.pick(&of::TARGET_WEIGHTS).into());
        }
        targets.push(Value::Object(target));
    }
    if !targets.is_empty() || source.one_in(4) {
        spec.insert("targetModels".into(), targets.into());
    }
    json!({
        "apiVersion": "inference.networking.x-k8s.io/v1alpha2",
        "kind": "InferenceModel",
        "metadata": metadata,
        "spec": spec,
    })
}

/// A Service or Backend, sometimes outside the namespace that most share.
pub(crate) fn served(source: &mut Source, kind: &str, name: &str) -> Value {
    let metadata = metadata(source, name);
    if kind == "Backend" {
        let one = json!({"fqdn": {"hostname": "example.com", "port": 443}});
        let other = json!({"ip": {"address": source.pick(&["10.0.0.1", "2001:db8::1"]), "port": 8443}});
        let endpoints = source.pick(&[0, 1, 2, 3]);
        let endpoints =
            [json!([one]), json!([other]), json!([one, other]), json!([{"unix": {"path": "/s"}}])][endpoints]
                .clone();
        json!({
            "apiVersion": "gateway.envoyproxy.io/v1alpha1",
            "kind": "Backend",
            "metadata": metadata,
            "spec": {"endpoints": endpoints},
        })
    } else {
        let mut ports =
            json!([{"name": "l0", "port": 80}, {"name": "l1", "port": 8080}, {"name": "l2", "port": 443}]);
        if let (Some(ports), true) = (ports.as_array_mut(), source.one_in(2)) {
            source.shuffle(ports);
            ports.truncate(1 + source.below(3));
        }
        json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": ports}})
    }
}

/// An InferencePoolImport, sometimes outside the namespace that most share.
pub(crate) fn import(source: &mut Source, name: &str) -> Value {
    let metadata = metadata(source, name);
    json!({"apiVersion": "inference.networking.x-k8s.io/v1alpha1", "kind": "InferencePoolImport", "metadata": metadata})
}

/// An object of a kind that is not read, under a name that is.
pub(crate) fn passed_over(source: &mut Source) -> Value {
    let name = source.pick(&of::BACKENDS);
    let (version, kind) = source.pick(&[
        ("v1", "Secret"),
        ("apps/v1", "Deployment"),
        ("gateway.networking.k8s.io/v1", "BackendTLSPolicy"),
        ("aigateway.envoyproxy.io/v1alpha1", "BackendSecurityPolicy"),
    ]);
    json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": {"weight": -1}})
}

/// A configuration that takes the place of the strategy.
pub(crate) fn consistent_hash(source: &mut Source) -> Value {
    let header = source.pick(&of::HEADER_NAMES);
    let parameters = if source.one_in(3) { json!({}) } else { json!({"headerName": header}) };
    json!({
        "apiVersion": "llm-d.ai/v1alpha1",
        "kind": "EndpointPickerConfig",
        "plugins": [{"type": "consistent-hash-picker", "parameters": parameters}],
        "schedulingProfiles": [{"name": "default", "plugins": [{"pluginRef": "consistent-hash-picker"}]}],
    })
}
