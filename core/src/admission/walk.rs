//! The one interpreter of schemas.
//!
//! It goes down a value and its schema together, as deep as the schema is, and writes down what the API server would say. The order of findings
//! is that of the text.

use std::collections::HashSet;
use std::fmt::Write;
use std::ops::RangeInclusive;

use super::Violation;
use super::patterns::Pattern;
use super::probe::field;
use super::schema::{Bits, Field, Schema, Shape, Unique};
use crate::manifest::{Node, Position, Value};

#[derive(Default)]
pub(super) struct Walk {
    path: String,
    found: Vec<(Position, Violation)>,
}

/// How far a value's structure lets rules look at it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Structure {
    Right,
    /// A required field is absent. Rules of the value itself are left out; rules further up see a value that is there.
    Incomplete,
    /// A type, a listed value or an upper limit is wrong in the value or below it. Rules up to the root are left out.
    Wrong,
}

impl Structure {
    fn right_if(right: bool) -> Self {
        if right { Self::Right } else { Self::Wrong }
    }
}

impl Walk {
    pub(super) fn finish(mut self) -> Vec<Violation> {
        self.found.sort_by_key(|(at, _)| *at);
        self.found.into_iter().map(|(_, violation)| violation).collect()
    }

    /// Writes down a finding at the present path.
    pub(super) fn refuse(&mut self, node: &Node, message: String) {
        self.found.push((node.at, Violation { path: self.path.clone(), message }));
    }

    /// Goes one step down and up again.
    pub(super) fn inside<T>(
        &mut self,
        step: std::fmt::Arguments<'_>,
        visit: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let length = self.path.len();
        // Writing to a text cannot fail.
        let _ = self.path.write_fmt(step);
        if length == 0 && self.path.starts_with('.') {
            self.path.remove(0);
        }
        let result = visit(self);
        self.path.truncate(length);
        result
    }

    pub(super) fn object(&mut self, schema: &Schema, node: &Node) {
        self.value(schema, node);
    }

    fn value(&mut self, schema: &Schema, node: &Node) -> Structure {
        let structure = self.shape(&schema.shape, node);
        if structure == Structure::Right {
            for rule in &schema.rules {
                if !(rule.holds)(node) {
                    self.refuse(node, format!("Invalid value: {:?}: {}", type_name(node), rule.message));
                }
            }
        }
        if structure == Structure::Incomplete { Structure::Right } else { structure }
    }

    fn shape(&mut self, shape: &Shape, node: &Node) -> Structure {
        match (shape, &node.value) {
            (Shape::Any, _) | (Shape::Bool, Value::Bool(_)) => Structure::Right,
            (Shape::Int { range, bits }, _) => self.int(range, *bits, node),
            (Shape::IntOf(values), Value::Int(value)) => {
                let allowed = values.contains(value);
                if !allowed {
                    let values: Vec<String> = values.iter().map(i64::to_string).collect();
                    self.unsupported(node, &value.to_string(), values.iter().map(String::as_str));
                }
                Structure::right_if(allowed)
            }
            (Shape::Text { length, pattern }, Value::Text(text)) => self.text(length, *pattern, node, text),
            (Shape::TextOf(values), Value::Text(text)) => {
                let allowed = values.contains(&text.as_str());
                if !allowed {
                    self.unsupported(node, &format!("{text:?}"), values.iter().copied());
                }
                Structure::right_if(allowed)
            }
            (Shape::List { item, size, unique }, Value::List(items)) => {
                let own = self.size(size, node, items.len(), "items");
                own.max(self.list(item, *unique, items))
            }
            (Shape::Map { value, size }, Value::Map(entries)) => {
                let own = self.size(size, node, entries.len(), "properties");
                let each = entries.iter().map(|entry| {
                    self.inside(format_args!(".{}", entry.key), |walk| walk.value(value, &entry.value))
                });
                each.fold(own, Structure::max)
            }
            (Shape::Object { fields, size }, Value::Map(_)) => {
                let count = fields.iter().filter(|known| field(node, known.name).is_some()).count();
                let own = self.size(size, node, count, "properties");
                own.max(self.fields(fields, node))
            }
            (shape, _) => self.wrong_type(node, expected(shape), type_name(node)),
        }
    }

    fn fields(&mut self, fields: &[Field], node: &Node) -> Structure {
        let each = fields.iter().map(|known| {
            self.inside(format_args!(".{}", known.name), |walk| match field(node, known.name) {
                Some(value) => walk.value(&known.schema, value),
                None if known.required => {
                    walk.refuse(node, "Required value".to_owned());
                    Structure::Incomplete
                }
                None => Structure::Right,
            })
        });
        each.fold(Structure::Right, Structure::max)
    }

    fn list(&mut self, item: &Schema, unique: Unique, items: &[Node]) -> Structure {
        let mut structure = Structure::Right;
        let mut seen = HashSet::new();
        for (index, node) in items.iter().enumerate() {
            let of_item = self.inside(format_args!("[{index}]"), |walk| {
                let structure = walk.value(item, node);
                let named = match unique {
                    Unique::Nothing => None,
                    Unique::Item => literal(node),
                    Unique::Key(key) => {
                        field(node, key).and_then(literal).map(|value| format!("{{{key:?}:{value}}}"))
                    }
                };
                if let Some(named) = named {
                    if seen.contains(&named) {
                        walk.refuse(node, format!("Duplicate value: {named}"));
                    } else {
                        seen.insert(named);
                    }
                }
                structure
            });
            structure = structure.max(of_item);
        }
        structure
    }

    fn size(&mut self, size: &RangeInclusive<usize>, node: &Node, found: usize, what: &str) -> Structure {
        if found < *size.start() {
            let least = size.start();
            let message = format!("{} in body should have at least {least} {what}", self.path);
            self.refuse(node, format!("Invalid value: {found}: {message}"));
        }
        let most = *size.end();
        if found > most {
            let items = if most == 1 { "item" } else { "items" };
            self.refuse(node, format!("Too many: {found}: must have at most {most} {items}"));
        }
        Structure::right_if(found <= most)
    }

    fn text(
        &mut self,
        length: &RangeInclusive<usize>,
        pattern: Option<&Pattern>,
        node: &Node,
        text: &str,
    ) -> Structure {
        let found = text.chars().count();
        if found < *length.start() {
            let least = length.start();
            self.invalid(node, text, &format!("should be at least {least} chars long"));
        }
        if let Some(pattern) = pattern.filter(|pattern| !pattern.finds(text)) {
            self.invalid(node, text, &format!("should match '{}'", pattern.text));
        }
        let most = *length.end();
        if found > most {
            self.refuse(node, format!("Too long: may not be more than {most} bytes"));
        }
        Structure::right_if(found <= most)
    }

    fn invalid(&mut self, node: &Node, text: &str, what: &str) {
        self.refuse(node, format!("Invalid value: {text:?}: {} in body {what}", self.path));
    }

    fn int(&mut self, range: &RangeInclusive<i64>, bits: Bits, node: &Node) -> Structure {
        let narrow = bits == Bits::B32;
        let value = match node.value {
            Value::Int(value) => value,
            // 8000.0 is taken for 8000; what has no place in 64 bits is far beyond every range.
            Value::Float(value) if value.fract() == 0.0 => format!("{value:.0}").parse().unwrap_or(i64::MAX),
            Value::Float(_) if narrow => return self.wrong_type(node, "int32", "float64"),
            Value::Bool(_) | Value::Map(_) if narrow => return self.wrong_type(node, "int32", ""),
            _ => return self.wrong_type(node, "integer", type_name(node)),
        };
        if narrow && i32::try_from(value).is_err() {
            let message = format!("Checked value must be of type integer with format int32 in {}", self.path);
            self.refuse(node, format!("Invalid value: \"\": {message}"));
        }
        let (least, most) = (range.start(), range.end());
        let message = if value < *least {
            format!("should be greater than or equal to {least}")
        } else if value > *most {
            format!("should be less than or equal to {most}")
        } else {
            return Structure::Right;
        };
        self.refuse(node, format!("Invalid value: {value}: {} in body {message}", self.path));
        Structure::Right
    }

    fn unsupported<'v>(&mut self, node: &Node, found: &str, values: impl Iterator<Item = &'v str>) {
        let values: Vec<String> = values.map(|value| format!("{value:?}")).collect();
        self.refuse(node, format!("Unsupported value: {found}: supported values: {}", values.join(", ")));
    }

    fn wrong_type(&mut self, node: &Node, expected: &str, found: &str) -> Structure {
        let message = format!("{} in body must be of type {expected}: {found:?}", self.path);
        self.refuse(node, format!("Invalid value: {found:?}: {message}"));
        Structure::Wrong
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any => "any",
        Shape::Bool => "boolean",
        Shape::Int { .. } | Shape::IntOf(_) => "integer",
        Shape::Text { .. } | Shape::TextOf(_) => "string",
        Shape::List { .. } => "array",
        Shape::Map { .. } | Shape::Object { .. } => "object",
    }
}

fn type_name(node: &Node) -> &'static str {
    match node.value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Float(_) => "number",
        Value::Text(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// A scalar as messages show it.
fn literal(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(format!("{text:?}")),
        Value::Int(value) => Some(value.to_string()),
        _ => None,
    }
}
