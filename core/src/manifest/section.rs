//! A mapping that is read field by field, every field of which must be known.
//!
//! Reading goes on after what does not fit, so that one run names everything. What a field means is for others to say.

use std::cell::{Cell, RefCell};

use super::code::Code;
use super::findings::Findings;
use super::go;
use super::node::{Node, Value};

/// Whether field names differ when their case does. Kubernetes' decoder says yes, Go's own says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Counts,
    Ignored,
}

/// A mapping, or nothing where it is absent.
pub(crate) struct Section<'a> {
    node: Option<&'a Node>,
    path: String,
    case: Case,
    findings: &'a Findings,
    read: RefCell<Vec<&'static str>>,
    is_open: Cell<bool>,
}

impl<'a> Section<'a> {
    /// Reads `node` as the mapping at `path`; anything else than a mapping or nothing is a finding.
    pub(crate) fn new(node: Option<&'a Node>, path: String, case: Case, findings: &'a Findings) -> Self {
        let node = node.filter(|node| !matches!(node.value, Value::Null));
        let is_mapping = node.is_none_or(|node| matches!(node.value, Value::Map(_)));
        let section = Self { node, path, case, findings, read: RefCell::default(), is_open: Cell::new(true) };
        if let (Some(node), false) = (node, is_mapping) {
            section.misfit("", node, "a mapping");
        }
        section
    }

    /// A section that is not there.
    pub(crate) fn nothing(findings: &'a Findings) -> Self {
        Self::new(None, String::new(), Case::Ignored, findings)
    }

    /// Whether there is a mapping at all.
    pub(crate) fn is_there(&self) -> bool {
        self.node.is_some()
    }

    /// Where the section, or one of its fields, stands.
    pub(crate) fn at(&self, field: &str) -> String {
        let dot = if self.path.is_empty() || field.is_empty() { "" } else { "." };
        format!("{}{dot}{field}", self.path)
    }

    /// Says something about a field, or with an empty name about the section.
    pub(crate) fn say(&self, code: Code, field: &str, message: impl Into<String>, help: impl Into<String>) {
        self.findings.add(code, self.at(field), message, help);
    }

    /// Refuses the value of a field.
    pub(crate) fn refuse(&self, field: &str, message: impl Into<String>, help: impl Into<String>) {
        self.say(Code::NotAllowed, field, message, help);
    }

    /// Refuses the value of a field unless it is `allowed`.
    pub(crate) fn require(&self, allowed: bool, field: &str, message: &str, help: &str) {
        if !allowed {
            self.refuse(field, message, help);
        }
    }

    /// Says that a field is missing.
    pub(crate) fn lacks(&self, field: &str, help: impl Into<String>) {
        self.say(Code::MissingField, "", format!("field `{field}` is missing"), help);
    }

    /// The value of a field, `None` where it is absent or null.
    pub(crate) fn get(&self, field: &'static str) -> Option<&'a Node> {
        self.read.borrow_mut().push(field);
        let Value::Map(entries) = &self.node?.value else { return None };
        let exact = entries.iter().find(|entry| entry.key == field);
        let alike = || entries.iter().find(|entry| self.is_field(&entry.key, field));
        let value = &exact.or_else(alike)?.value;
        (!matches!(value.value, Value::Null)).then_some(value)
    }

    fn is_field(&self, key: &str, field: &str) -> bool {
        key == field || (self.case == Case::Ignored && key.eq_ignore_ascii_case(field))
    }

    fn misfit(&self, field: &str, node: &Node, needed: &str) {
        let found = match &node.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(value) => format!("the truth value {value}"),
            Value::Int(value) => format!("the number {value}"),
            Value::Float(value) => format!("the number {value}"),
            Value::Text(text) => format!("the text {text:?}"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        };
        let help =
            "text that looks like a number or a truth value needs quotes, numbers and truth values none";
        self.say(Code::WrongType, field, format!("{found} where {needed} is needed"), help);
    }

    fn value<T>(
        &self,
        field: &'static str,
        needed: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let node = self.get(field)?;
        let value = read(&node.value);
        if value.is_none() {
            self.misfit(field, node, needed);
        }
        value
    }

    pub(crate) fn text(&self, field: &'static str) -> Option<&'a str> {
        self.value(
            field,
            "text",
            |value| if let Value::Text(text) = value { Some(text.as_str()) } else { None },
        )
    }

    /// A text that is not empty.
    pub(crate) fn name(&self, field: &'static str) -> Option<&'a str> {
        self.text(field).filter(|text| !text.is_empty())
    }

    pub(crate) fn flag(&self, field: &'static str) -> Option<bool> {
        self.value(
            field,
            "true or false",
            |value| if let Value::Bool(flag) = value { Some(*flag) } else { None },
        )
    }

    pub(crate) fn int(&self, field: &'static str) -> Option<i64> {
        self.value(field, "a whole number", |value| match value {
            Value::Int(number) => Some(*number),
            Value::Float(number) => whole(*number),
            _ => None,
        })
    }

    pub(crate) fn number(&self, field: &'static str) -> Option<f64> {
        self.value(field, "a number", number)
    }

    /// The items of a list, with their paths.
    pub(crate) fn items(&self, field: &'static str) -> Vec<(&'a Node, String)> {
        let Some(node) = self.get(field) else { return Vec::new() };
        let Value::List(items) = &node.value else {
            self.misfit(field, node, "a list");
            return Vec::new();
        };
        let path = self.at(field);
        items.iter().enumerate().map(|(index, item)| (item, format!("{path}[{index}]"))).collect()
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, field: &'static str) -> Vec<&'a str> {
        let items = self.items(field).into_iter().enumerate();
        let texts = items.filter_map(|(index, (item, _))| {
            if item.text().is_none() {
                self.misfit(&format!("{field}[{index}]"), item, "text");
            }
            item.text()
        });
        texts.collect()
    }

    /// The texts of a mapping.
    pub(crate) fn pairs(&self, field: &'static str) -> Vec<(&'a str, &'a str)> {
        let Some(node) = self.get(field) else { return Vec::new() };
        let Value::Map(entries) = &node.value else {
            self.misfit(field, node, "a mapping");
            return Vec::new();
        };
        let pairs = entries.iter().filter_map(|entry| {
            if entry.value.text().is_none() {
                self.misfit(field, &entry.value, "text");
            }
            Some((entry.key.as_str(), entry.value.text()?))
        });
        pairs.collect()
    }

    /// Nanoseconds of a span of time as Go writes it.
    pub(crate) fn span(&self, field: &'static str) -> Option<i64> {
        let text = self.text(field)?;
        let span = go::span(text);
        let help = "write numbers with units, for example 90s, 1m30s or 250ms";
        self.require(span.is_some(), field, "this is not a span of time", help);
        span
    }

    pub(crate) fn section(&self, field: &'static str) -> Section<'a> {
        Section::new(self.get(field), self.at(field), self.case, self.findings)
    }

    /// The mappings of a list; other items are named and left out.
    pub(crate) fn sections(&self, field: &'static str) -> Vec<Section<'a>> {
        let items = self.items(field).into_iter().map(|(item, path)| {
            let is_misfit = !matches!(item.value, Value::Map(_) | Value::Null);
            (is_misfit, Section::new(Some(item), path, self.case, self.findings))
        });
        items.filter(|(is_misfit, _)| !is_misfit).map(|(_, section)| section).collect()
    }

    /// The same, for a decoder that does not tell the case of names apart.
    pub(crate) fn of_any_case(mut self) -> Self {
        self.case = Case::Ignored;
        self
    }

    /// Whether there is any other field than that one.
    pub(crate) fn has_any_but(&self, field: &str) -> bool {
        let entries = self.node.map(|node| &node.value);
        matches!(entries, Some(Value::Map(entries)) if entries.iter().any(|entry| entry.key != field))
    }

    /// Leaves all fields that were not read as they are.
    pub(crate) fn leave_open(&self) {
        self.is_open.set(false);
    }

    /// Names every field that nobody has read.
    pub(crate) fn close(&self) {
        let Some(Value::Map(entries)) = self.node.map(|node| &node.value).filter(|_| self.is_open.get())
        else {
            return;
        };
        let read = self.read.borrow();
        for entry in entries {
            if !read.iter().any(|field| self.is_field(&entry.key, field)) {
                let known = if read.is_empty() {
                    "remove it; no field is known here".to_owned()
                } else {
                    format!("remove it or correct its name; known are {}", read.join(", "))
                };
                self.say(Code::UnknownField, &entry.key, format!("there is no field `{}`", entry.key), known);
            }
        }
    }
}

/// A number as manifests write it.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(
            clippy::as_conversions,
            reason = "a whole number beyond 2^53 loses its last digits, as in every JSON reader"
        )]
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => number.is_finite().then_some(*number),
        _ => None,
    }
}

/// A number without a fraction.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::as_conversions, reason = "whole and below 2^53, so nothing is lost")]
    (number.abs() < EXACT && number.fract() == 0.0).then_some(number as i64)
}
