//! `metadata`, which has the same rules for every kind: names and labels.

use super::patterns::{DNS_LABEL, DNS_NAME, LABEL_NAME, LABEL_VALUE, Pattern};
use super::probe::{field, text};
use super::walk::Walk;
use crate::manifest::{Node, Value};

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const KEY: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Names that are not texts are left to reading, which refuses them.
pub(super) fn check(object: &Node, walk: &mut Walk) {
    let Some(meta) = field(object, "metadata") else {
        walk.inside(format_args!("metadata.name"), |walk| {
            walk.refuse(object, "Required value: name or generateName is required".to_owned());
        });
        return;
    };
    if text(meta, "name").unwrap_or_default().is_empty()
        && text(meta, "generateName").unwrap_or_default().is_empty()
    {
        walk.inside(format_args!("metadata.name"), |walk| {
            walk.refuse(meta, "Required value: name or generateName is required".to_owned());
        });
    }
    name(walk, meta, "name", 253, &DNS_NAME, SUBDOMAIN);
    name(walk, meta, "namespace", 63, &DNS_LABEL, LABEL);
    if let Some(Node { value: Value::Map(labels), .. }) = field(meta, "labels") {
        for label in labels {
            walk.inside(format_args!("metadata.labels"), |walk| {
                key(walk, &label.value, &label.key);
                value(walk, &label.value);
            });
        }
    }
}

fn name(walk: &mut Walk, meta: &Node, part: &str, most: usize, pattern: &Pattern, spelling: &str) {
    let Some(node) = field(meta, part) else { return };
    let Some(text) = node.text().filter(|text| !text.is_empty()) else { return };
    walk.inside(format_args!("metadata.{part}"), |walk| {
        limit(walk, node, text, most);
        if !pattern.finds(text) {
            walk.refuse(node, format!("Invalid value: {text:?}: {spelling}"));
        }
    });
}

fn key(walk: &mut Walk, node: &Node, key: &str) {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if prefix.is_some_and(|prefix| !DNS_NAME.finds(prefix)) {
        walk.refuse(node, format!("Invalid value: {key:?}: prefix part {SUBDOMAIN}"));
    }
    if !LABEL_NAME.finds(name) {
        walk.refuse(node, format!("Invalid value: {key:?}: {KEY}"));
    }
    if name.len() > 63 {
        walk.refuse(node, format!("Invalid value: {key:?}: name part must be no more than 63 bytes"));
    }
}

fn value(walk: &mut Walk, node: &Node) {
    let Some(text) = node.text() else {
        if !matches!(node.value, Value::Null) {
            let message =
                "json: cannot unmarshal into Go struct field ObjectMeta.metadata.labels of type string";
            walk.refuse(node, message.to_owned());
        }
        return;
    };
    limit(walk, node, text, 63);
    if !LABEL_VALUE.finds(text) {
        walk.refuse(node, format!("Invalid value: {text:?}: {VALUE}"));
    }
}

fn limit(walk: &mut Walk, node: &Node, text: &str, most: usize) {
    if text.len() > most {
        walk.refuse(node, format!("Invalid value: {text:?}: must be no more than {most} bytes"));
    }
}
