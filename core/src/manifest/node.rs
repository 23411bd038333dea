//! A YAML value that remembers where it stood.
//!
//! Every later message gets its line and column from here. A node never decides what a value means for routing.

use super::diagnostic::Position;

/// A value and the place of its first character.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) at: Position,
}

/// What YAML's core schema makes of a piece of text.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value, in the order of the text.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Position,
    pub(crate) value: Node,
}

/// Which node of a tree it is, for as long as the tree is not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(usize);

impl NodeId {
    pub(crate) fn of(node: &Node) -> Self {
        Self(std::ptr::from_ref(node).addr())
    }
}

impl Node {
    /// The value of a key, `None` also where this is not a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            _ => None,
        }
    }

    /// The text of a text value.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list value, none for everything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The place of the field at `path` (as in `spec.rules[0].name`), or of the deepest part of the path that exists.
    pub(crate) fn locate(&self, path: &str) -> Position {
        let mut node = self;
        let mut at = self.at;
        for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
            let next = match step.strip_suffix(']') {
                Some(index) => index.parse().ok().and_then(|index: usize| node.items().get(index)),
                None => node.get(step),
            };
            let Some(next) = next else { break };
            node = next;
            at = next.at;
        }
        at
    }

    /// The path that leads to a node of this tree, `None` where it is in none of its branches. Cost: linear in the tree.
    pub(crate) fn path_to(&self, wanted: NodeId) -> Option<String> {
        if NodeId::of(self) == wanted {
            return Some(String::new());
        }
        let behind = |node: &Node, step: &dyn Fn() -> String| {
            let path = node.path_to(wanted)?;
            let joint = if path.is_empty() || path.starts_with('[') { "" } else { "." };
            Some(format!("{}{joint}{path}", step()))
        };
        match &self.value {
            Value::List(items) => {
                let mut items = items.iter().enumerate();
                items.find_map(|(index, item)| behind(item, &|| format!("[{index}]")))
            }
            Value::Map(entries) => {
                entries.iter().find_map(|entry| behind(&entry.value, &|| entry.key.clone()))
            }
            _ => None,
        }
    }

    /// Nodes in this tree, itself included.
    pub(crate) fn size(&self) -> usize {
        1 + match &self.value {
            Value::List(items) => items.iter().map(Node::size).sum(),
            Value::Map(entries) => entries.iter().map(|entry| entry.value.size()).sum(),
            _ => 0,
        }
    }
}

impl Value {
    /// The value of an unquoted scalar under the core schema of YAML 1.2: `yes` is text, `0x1f` a number.
    pub(crate) fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Bool(true),
            "false" | "False" | "FALSE" => return Self::Bool(false),
            _ => {}
        }
        let starts_like_a_number =
            text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
        if !starts_like_a_number {
            return Self::Text(text.to_owned());
        }
        let radix = |prefix, radix| {
            text.strip_prefix(prefix).and_then(|digits| i64::from_str_radix(digits, radix).ok())
        };
        if let Some(value) = text.parse().ok().or_else(|| radix("0x", 16)).or_else(|| radix("0o", 8)) {
            return Self::Int(value);
        }
        let looks_like_a_float =
            text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
                && text.bytes().any(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(value) if looks_like_a_float => Self::Float(value),
            _ => Self::Text(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        assert!(matches!(Value::of_plain("yes"), Value::Text(_)));
        assert!(matches!(Value::of_plain("1.2.3"), Value::Text(_)));
        assert!(matches!(Value::of_plain("-"), Value::Text(_)));
        assert!(matches!(Value::of_plain("-7"), Value::Int(-7)));
        assert!(matches!(Value::of_plain("0x1F"), Value::Int(31)));
        assert!(matches!(Value::of_plain("1e3"), Value::Float(_)));
        assert!(matches!(Value::of_plain("99999999999999999999"), Value::Float(_)));
        assert!(matches!(Value::of_plain("~"), Value::Null));
    }
}
