//! The project's own cases: each rule where it holds and where it does not.
//!
//! A case is the `spec` of an object, in one line, and what is said about it: nothing, or one finding that ends in the text.

mod ai_gateway;
mod gateway_api;
mod inference;
mod upstream;
mod values;

use super::{Violation, check};
use crate::manifest::{Node, documents};

/// What is wrong with the one object of a text, a finding a line.
fn findings(text: &str) -> Vec<String> {
    let (objects, flaws) = documents(text);
    assert!(flaws.is_empty(), "{flaws:?} in {text}");
    check_object(&objects[0])
}

fn check_object(object: &Node) -> Vec<String> {
    let of = |key| object.get(key).and_then(Node::text).unwrap_or_default();
    let line = |Violation { path, message }| format!("{path}: {message}");
    check(object, of("apiVersion"), of("kind")).into_iter().map(line).collect()
}

/// Holds every spec of a kind to what is said about it.
fn each(api_version: &str, kind: &str, cases: &[(&str, &str)]) {
    for (spec, expected) in cases {
        let text =
            format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: one}}, spec: {spec}}}");
        let found = findings(&text);
        match (found.as_slice(), expected.is_empty()) {
            ([], true) => {}
            ([one], false) if one.ends_with(expected) => {}
            _ => panic!("{kind} {spec}\n expected {expected:?}\n found {found:#?}"),
        }
    }
}

/// Like [`each`], with the case standing at `#` of a frame.
fn each_in(api_version: &str, kind: &str, frame: &str, cases: &[(&str, &str)]) {
    for (part, expected) in cases {
        each(api_version, kind, &[(&frame.replace('#', part), expected)]);
    }
}
