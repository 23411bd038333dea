//! Configurations and requests for differential runs: small alphabets, so that ties and near misses are common.
//!
//! Every manifest is valid, every number stays below 2^53. What is drawn often is what is easy to get wrong:
//! names in another case, repeated headers, equal rules, references that lead nowhere, weights of 0, equal loads.

mod alphabet;
mod gateways;
mod grants;
mod http_routes;
mod objects;
mod requests;
mod routes;
mod source;
mod targets;

use serde_json::{Map, Value, json};

use source::Source;

/// One configuration and requests on it, in the form of a vector file.
#[derive(Clone, Debug)]
pub(crate) struct Generated {
    pub(crate) documents: Vec<Value>,
    /// The options object of the config, or null.
    pub(crate) options: Value,
    /// Cases without `expect`.
    pub(crate) cases: Vec<Value>,
}

/// The configuration of this seed and so many cases on it.
pub(crate) fn generate(seed: u64, cases: usize) -> Generated {
    build(&mut Source::seeded(seed), cases)
}

/// The configuration that these bytes spell, with one to eight cases; bytes that are missing come from a fixed stream.
pub(crate) fn generate_from(bytes: &[u8]) -> Generated {
    let mut source = Source::bytes(bytes);
    let cases = 1 + source.below(8);
    build(&mut source, cases)
}

fn build(source: &mut Source, cases: usize) -> Generated {
    let mut documents = Vec::new();
    for _ in 0..source.pick(&[1, 2, 2, 3, 3, 4, 5]) {
        documents.push(routes::route(source));
    }
    for name in alphabet::BACKENDS {
        if !source.one_in(8) {
            documents.push(objects::backend(source, name));
        }
    }
    for name in alphabet::POOLS {
        if !source.one_in(8) {
            documents.push(objects::pool(source, name));
        }
    }
    if source.one_in(8) {
        // Often the second of its name.
        documents.push(objects::pool(source, "p0"));
        documents.push(objects::backend(source, "b0"));
    }
    for _ in 0..source.below(5) {
        documents.push(objects::model(source));
    }
    if source.one_in(2) {
        for name in http_routes::SERVED {
            for kind in ["Service", "Backend"] {
                if !source.one_in(4) {
                    documents.push(objects::served(source, kind, name));
                }
            }
        }
    }
    for name in http_routes::IMPORTED {
        if !source.one_in(3) {
            documents.push(objects::import(source, name));
        }
    }
    for _ in 0..source.pick(&[0, 1, 1, 2, 3]) {
        let grant = grants::grant(source, &documents);
        documents.push(grant);
    }
    if source.one_in(2) {
        for _ in 0..source.pick(&[1, 1, 2]) {
            documents.push(gateways::gateway(source));
        }
        for _ in 0..source.pick(&[0, 1, 2]) {
            documents.push(gateways::namespace(source));
        }
    }
    if source.one_in(8) {
        documents.push(objects::passed_over(source));
    }
    // With such a configuration full pools turn sheddable requests away, which is beyond the reference.
    let is_sheddable = |document: &Value| document["spec"]["criticality"] == "Sheddable";
    if source.one_in(40) && !documents.iter().any(is_sheddable) {
        documents.push(objects::consistent_hash(source));
    }
    if source.one_in(3) {
        source.shuffle(&mut documents);
    }
    let options = options(source, &documents);
    let cases = (0..cases).map(|number| requests::case(source, &documents, &options, number)).collect();
    if source.one_in(8) {
        wrap_tail_in_list(source, &mut documents);
    }
    Generated { documents, options, cases }
}

/// Puts the last documents into one `kind: List`.
fn wrap_tail_in_list(source: &mut Source, documents: &mut Vec<Value>) {
    let items = documents.split_off(source.below(documents.len()));
    documents.push(json!({"apiVersion": "v1", "kind": "List", "items": items}));
}

fn options(source: &mut Source, documents: &[Value]) -> Value {
    let mut options = Map::new();
    if !source.one_in(5) {
        let strategy = source.pick(&["random", "round_robin", "least_request", "two_choice"]);
        options.insert("strategy".into(), strategy.into());
    }
    if source.one_in(6) {
        let namespace = source.pick(&alphabet::NAMESPACES);
        options.insert("default_namespace".into(), namespace.into());
    }
    if source.one_in(2) {
        options.insert("fallback_endpoints".into(), source.below(5).into());
    }
    if source.one_in(5) {
        options.insert("first_match".into(), source.one_in(2).into());
    }
    if source.one_in(2) {
        options.insert("mesh".into(), (!source.one_in(8)).into());
    }
    if source.one_in(6) {
        let meaning = source.pick(&["freeze_route", "freeze_route", "fail_share"]);
        options.insert("invalid_backend_refs".into(), meaning.into());
    }
    if source.one_in(6) {
        options.insert("inference_extension".into(), names_a_pool(documents).into());
    }
    if options.is_empty() && source.one_in(2) { Value::Null } else { Value::Object(options) }
}

/// Whether any rule refers to a pool, which `inference_extension: false` would refuse.
fn names_a_pool(documents: &[Value]) -> bool {
    requests::rules(documents)
        .iter()
        .any(|rule| requests::list(&rule["backendRefs"]).iter().any(|r| r["kind"] == "InferencePool"))
}
