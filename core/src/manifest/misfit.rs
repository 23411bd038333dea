//! Why a node does not fit its schema, in words of manifests instead of serde's.

use std::fmt;

use serde::de;

use super::code::Code;
use super::diagnostic::Position;
use super::node::{Entry, Node, NodeId};
use crate::nearest::with_nearest;

/// Why a node does not fit its schema.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// What to do about it, where more is known than the code tells.
    pub(crate) help: Option<Box<str>>,
    /// The innermost node that is known, with its place.
    pub(crate) at: Option<(NodeId, Position)>,
    /// The field that is not there.
    pub(crate) missing: Option<&'static str>,
    /// Path from the document's root, built from the inside out.
    pub(crate) path: String,
}

impl Misfit {
    fn new(code: Code, message: String) -> Self {
        Self { code, message, help: None, at: None, missing: None, path: String::new() }
    }

    /// The misfit as seen from the node that holds `node` under `step`.
    pub(super) fn inside(mut self, step: &str, node: &Node) -> Self {
        self.at.get_or_insert((NodeId::of(node), node.at));
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{joint}{}", self.path);
        self
    }

    /// Whether a text was read as a number or a truth value.
    pub(super) fn is_unquoted(&self) -> bool {
        let is_scalar = ["integer", "floating", "boolean"].iter().any(|kind| self.message.starts_with(kind));
        is_scalar && self.message.ends_with("where a string is needed")
    }

    /// The misfit of a missing field, where an entry of another name may be meant for it.
    pub(super) fn misspelled(self, meant: Option<&Entry>) -> Self {
        let Some(Entry { key, at, .. }) = meant else { return self };
        let field = self.missing.unwrap_or_default();
        let help = format!("did you mean it by `{key}` on line {}? write `{field}` there", at.line);
        Self { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Code::NotAllowed, message.to_string())
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            de::Unexpected::Map => "a mapping".to_owned(),
            de::Unexpected::Seq => "a list".to_owned(),
            de::Unexpected::Unit => "nothing".to_owned(),
            scalar => scalar.to_string(),
        };
        // What serde calls its own structures means nothing to the writer of a manifest.
        let expected = match expected.to_string() {
            own if own.starts_with("struct ") => "a mapping".to_owned(),
            own if own == "a sequence" => "a list".to_owned(),
            own if own == "a map" => "a mapping".to_owned(),
            own if own == "i64" => "a whole number".to_owned(),
            own if own == "a boolean" => "true or false".to_owned(),
            own => own,
        };
        Self::new(Code::WrongType, format!("{found} where {expected} is needed"))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(Code::NotAllowed, format!("{found} where {expected} is needed"))
    }

    fn unknown_variant(found: &str, expected: &'static [&'static str]) -> Self {
        let help = with_nearest(found, expected.iter().copied(), "write one of those");
        let misfit = Self::new(Code::NotAllowed, format!("`{found}` is not one of {}", expected.join(", ")));
        Self { help: Some(help.into()), ..misfit }
    }

    fn missing_field(field: &'static str) -> Self {
        let misfit = Self::new(Code::MissingField, format!("field `{field}` is missing"));
        Self { missing: Some(field), ..misfit }
    }
}
