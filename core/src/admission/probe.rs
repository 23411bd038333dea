//! Questions that rules ask of a value. `null` counts as absent, as the API server drops it before it looks at rules.

use crate::manifest::{Node, Value};

/// The value of a field that is there.
pub(super) fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.get(name).filter(|value| !matches!(value.value, Value::Null))
}

/// The value at the end of several steps.
pub(super) fn at<'n>(node: &'n Node, steps: &[&str]) -> Option<&'n Node> {
    steps.iter().try_fold(node, |node, step| field(node, step))
}

pub(super) fn has(node: &Node, name: &str) -> bool {
    field(node, name).is_some()
}

/// The text of a field, or what the API server fills in.
pub(super) fn text_or<'n>(node: &'n Node, name: &str, default: &'n str) -> &'n str {
    field(node, name).and_then(Node::text).unwrap_or(default)
}

/// The text of a field that has nothing filled in.
pub(super) fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    field(node, name).and_then(Node::text)
}

pub(super) fn whole(node: &Node, name: &str) -> Option<i64> {
    match field(node, name)?.value {
        Value::Int(value) => Some(value),
        _ => None,
    }
}

pub(super) fn is_true(node: &Node, name: &str) -> bool {
    matches!(field(node, name), Some(Node { value: Value::Bool(true), .. }))
}

/// The items of a list field, none where it is absent.
pub(super) fn items<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    field(node, name).map(Node::items).unwrap_or_default()
}

/// The keys of a mapping.
pub(super) fn keys(node: &Node) -> impl Iterator<Item = &str> {
    let entries = match &node.value {
        Value::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|entry| entry.key.as_str())
}

/// Whether at most one of the fields is there.
pub(super) fn at_most_one(node: &Node, names: &[&str]) -> bool {
    names.iter().filter(|name| has(node, name)).count() <= 1
}

pub(super) fn exactly_one(node: &Node, names: &[&str]) -> bool {
    names.iter().filter(|name| has(node, name)).count() == 1
}

/// Whether no two of the values are equal.
pub(super) fn distinct<T: Ord>(values: impl IntoIterator<Item = T>) -> bool {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_unstable();
    values.windows(2).all(|pair| matches!(pair, [a, b] if a != b))
}

/// Milliseconds of a duration as in `1h30m`, whose spelling has been checked.
pub(super) fn milliseconds(text: &str) -> u64 {
    let mut total = 0_u64;
    let mut rest = text;
    while let Some(end) = rest.find(|c: char| !c.is_ascii_digit()) {
        let (number, tail) = rest.split_at(end);
        let unit = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let factor = match unit {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            _ => 1,
        };
        total = total.saturating_add(number.parse::<u64>().unwrap_or_default().saturating_mul(factor));
        rest = tail;
    }
    total
}
