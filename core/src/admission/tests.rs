//! The project's own cases: each rule where it holds and where it does not.

mod upstream;

use super::{Violation, check};
use crate::manifest::{Node, documents};

/// What is wrong with the one object of a text, a finding a line.
fn findings(text: &str) -> Vec<String> {
    let (objects, flaws) = documents(text);
    assert!(flaws.is_empty(), "{flaws:?}");
    check_object(&objects[0])
}

fn check_object(object: &Node) -> Vec<String> {
    let of = |key| object.get(key).and_then(Node::text).unwrap_or_default();
    let line = |Violation { path, message }| format!("{path}: {message}");
    check(object, of("apiVersion"), of("kind")).into_iter().map(line).collect()
}
