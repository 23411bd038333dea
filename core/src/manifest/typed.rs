//! Nodes to the wire structs of the kinds, by serde, with the path and the place of what does not fit.
//!
//! `null` reads as an absent field, an empty list or an empty mapping, as the Kubernetes API server reads it.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::code::Code;
use super::diagnostic::Position;
use super::node::{Entry, Node, Value};

/// Why a node does not fit its schema.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// Innermost place that is known.
    pub(crate) at: Option<Position>,
    /// Path from the document's root, built from the inside out.
    pub(crate) path: String,
}

impl Misfit {
    fn new(code: Code, message: String) -> Self {
        Self { code, message, at: None, path: String::new() }
    }

    fn inside(mut self, step: &str, at: Position) -> Self {
        self.at.get_or_insert(at);
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{joint}{}", self.path);
        self
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
            own => own,
        };
        Self::new(Code::WrongType, format!("{found} where {expected} is needed"))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(Code::NotAllowed, format!("{found} where {expected} is needed"))
    }

    fn unknown_variant(found: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Code::NotAllowed, format!("`{found}` is not one of {}", expected.join(", ")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Code::MissingField, format!("field `{field}` is missing"))
    }
}

/// Reads a document, or a part of one, as `T`.
pub(crate) fn typed<'n, T: serde::Deserialize<'n>>(node: &'n Node) -> Result<T, Misfit> {
    T::deserialize(Typed(node)).map_err(|mut misfit| {
        misfit.at.get_or_insert(node.at);
        misfit
    })
}

#[derive(Clone, Copy)]
struct Typed<'n>(&'n Node);

impl<'n> Deserializer<'n> for Typed<'n> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items { items: items.iter().enumerate() }),
            Value::Map(entries) => visitor.visit_map(Fields { entries: entries.iter(), pending: None }),
        }
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if matches!(self.0.value, Value::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if matches!(self.0.value, Value::Null) {
            return visitor.visit_seq(Items { items: [].iter().enumerate() });
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_map<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if matches!(self.0.value, Value::Null) {
            return visitor.visit_map(Fields { entries: [].iter(), pending: None });
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'n>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

struct Items<'n> {
    items: std::iter::Enumerate<std::slice::Iter<'n, Node>>,
}

impl<'n> SeqAccess<'n> for Items<'n> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let Some((index, node)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Typed(node))
            .map(Some)
            .map_err(|misfit| misfit.inside(&format!("[{index}]"), node.at))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields<'n> {
    entries: std::slice::Iter<'n, Entry>,
    pending: Option<&'n Entry>,
}

impl<'n> MapAccess<'n> for Fields<'n> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        self.pending = self.entries.next();
        match self.pending {
            None => Ok(None),
            Some(entry) => seed.deserialize(entry.key.as_str().into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<T::Value, Misfit> {
        let Some(entry) = self.pending.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(Typed(&entry.value)).map_err(|misfit| misfit.inside(&entry.key, entry.value.at))
    }
}
