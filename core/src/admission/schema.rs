//! The words in which the schema of a kind is written.
//!
//! A schema is data: what a value may be, and rules about several fields at once. It never walks a value itself.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::patterns::Pattern;
use crate::manifest::Node;

/// What a value may be.
pub(super) struct Schema {
    pub(super) shape: Shape,
    pub(super) rules: Vec<Rule>,
}

pub(super) enum Shape {
    /// Anything: a part of the object that has no influence on routing and is not checked.
    Any,
    Bool,
    Int {
        range: RangeInclusive<i64>,
        bits: Bits,
    },
    IntOf(&'static [i64]),
    Text {
        length: RangeInclusive<usize>,
        pattern: Option<&'static Pattern>,
    },
    TextOf(&'static [&'static str]),
    List {
        item: Box<Schema>,
        size: RangeInclusive<usize>,
        unique: Unique,
    },
    Map {
        value: Box<Schema>,
        size: RangeInclusive<usize>,
    },
    Object {
        fields: Vec<Field>,
        size: RangeInclusive<usize>,
    },
}

/// The room that a definition gives to a whole number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bits {
    B32,
    B64,
}

/// What may not occur twice in a list.
#[derive(Clone, Copy)]
pub(super) enum Unique {
    Nothing,
    /// The field of this name, among the items.
    Key(&'static str),
    Item,
}

pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) schema: Schema,
}

/// A condition on several parts of a value, seen only where the value's structure is right.
pub(super) struct Rule {
    pub(super) message: Cow<'static, str>,
    pub(super) holds: Box<dyn Fn(&Node) -> bool + Send + Sync>,
}

const fn of(shape: Shape) -> Schema {
    Schema { shape, rules: Vec::new() }
}

pub(super) fn any() -> Schema {
    of(Shape::Any)
}

pub(super) fn boolean() -> Schema {
    of(Shape::Bool)
}

/// A whole number of 32 bits within a range.
pub(super) fn int(range: RangeInclusive<i64>) -> Schema {
    of(Shape::Int { range, bits: Bits::B32 })
}

/// A whole number of 64 bits within a range.
pub(super) fn wide_int(range: RangeInclusive<i64>) -> Schema {
    of(Shape::Int { range, bits: Bits::B64 })
}

pub(super) fn int_of(values: &'static [i64]) -> Schema {
    of(Shape::IntOf(values))
}

/// A text of any length.
pub(super) fn string() -> Schema {
    text(0..=usize::MAX)
}

/// A text with so many characters.
pub(super) fn text(length: RangeInclusive<usize>) -> Schema {
    of(Shape::Text { length, pattern: None })
}

/// A text with so many characters that a pattern is found in.
pub(super) fn text_like(length: RangeInclusive<usize>, pattern: &'static Pattern) -> Schema {
    of(Shape::Text { length, pattern: Some(pattern) })
}

pub(super) fn text_of(values: &'static [&'static str]) -> Schema {
    of(Shape::TextOf(values))
}

/// A list with so many items.
pub(super) fn list(size: RangeInclusive<usize>, item: Schema) -> Schema {
    of(Shape::List { item: Box::new(item), size, unique: Unique::Nothing })
}

/// A list with so many items, in which each value of the field `key` stands once.
pub(super) fn list_by(key: &'static str, size: RangeInclusive<usize>, item: Schema) -> Schema {
    of(Shape::List { item: Box::new(item), size, unique: Unique::Key(key) })
}

/// A list with so many items, each of which stands once.
pub(super) fn set(size: RangeInclusive<usize>, item: Schema) -> Schema {
    of(Shape::List { item: Box::new(item), size, unique: Unique::Item })
}

/// A mapping with so many keys that the writer chooses.
pub(super) fn map(size: RangeInclusive<usize>, value: Schema) -> Schema {
    of(Shape::Map { value: Box::new(value), size })
}

/// A mapping with known keys; others are passed over.
pub(super) fn object(fields: impl Into<Vec<Field>>) -> Schema {
    of(Shape::Object { fields: fields.into(), size: 0..=usize::MAX })
}

/// A mapping with known keys, so many of which are there.
pub(super) fn object_of(size: RangeInclusive<usize>, fields: impl Into<Vec<Field>>) -> Schema {
    of(Shape::Object { fields: fields.into(), size })
}

/// A field that must be there.
pub(super) fn req(name: &'static str, schema: Schema) -> Field {
    Field { name, required: true, schema }
}

/// A field that may be left out, also because the API server fills it in.
pub(super) fn opt(name: &'static str, schema: Schema) -> Field {
    Field { name, required: false, schema }
}

/// `first` and then `more` fields.
pub(super) fn with(mut first: Vec<Field>, more: impl IntoIterator<Item = Field>) -> Vec<Field> {
    first.extend(more);
    first
}

impl Schema {
    /// Adds a rule and what the API server says where it does not hold.
    pub(super) fn rule(
        mut self,
        message: impl Into<Cow<'static, str>>,
        holds: impl Fn(&Node) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.rules.push(Rule { message: message.into(), holds: Box::new(holds) });
        self
    }
}
