//! ReferenceGrant: what may be referred to from other namespaces.

use std::sync::LazyLock;

use super::fields::{group, kind, namespace, object_name, spec};
use super::schema::{Schema, list, object, opt, req};

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let from = object([req("group", group()), req("kind", kind()), req("namespace", namespace())]);
    let to = object([req("group", group()), req("kind", kind()), opt("name", object_name())]);
    spec(req("spec", object([req("from", list(1..=16, from)), req("to", list(1..=16, to))])))
});
