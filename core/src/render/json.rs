//! JSON text, and diagnostics as a list of it.

use std::fmt::Write;

use crate::convert::wide;
use crate::manifest::Diagnostic;

/// A JSON value that is about to be written.
pub(super) enum Json {
    Text(String),
    Number(u64),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Json {
    fn from(number: usize) -> Self {
        // A count of things in memory.
        Self::Number(wide(number))
    }
}

/// A list with an object for each diagnostic.
pub(super) fn list<'d>(found: impl IntoIterator<Item = &'d Diagnostic>) -> String {
    Json::List(found.into_iter().map(object).collect()).write()
}

fn object(found: &Diagnostic) -> Json {
    Json::Object(vec![
        ("code", found.code().as_str().into()),
        ("severity", found.severity().as_str().into()),
        ("message", found.message().into()),
        ("help", found.help().into()),
        ("file", found.file().into()),
        ("line", found.line().into()),
        ("column", found.column().into()),
        ("end_column", found.end_column().into()),
        ("object", found.object().into()),
        ("field", found.field().into()),
        ("docs", found.code().docs().into()),
    ])
}

impl Json {
    /// The value as text, two spaces a level, with a line break at the end.
    pub(super) fn write(&self) -> String {
        let mut text = String::new();
        self.write_at(0, &mut text);
        text.push('\n');
        text
    }

    fn write_at(&self, level: usize, to: &mut String) {
        match self {
            Self::Text(text) => quote(text, to),
            // Writing into a String cannot fail.
            Self::Number(number) => _ = write!(to, "{number}"),
            Self::List(items) => {
                enclose(['[', ']'], items, level, to, |item, to| item.write_at(level + 1, to));
            }
            Self::Object(fields) => enclose(['{', '}'], fields, level, to, |(name, value), to| {
                quote(name, to);
                to.push_str(": ");
                value.write_at(level + 1, to);
            }),
        }
    }
}

fn enclose<T>(
    [open, close]: [char; 2],
    parts: &[T],
    level: usize,
    to: &mut String,
    mut write: impl FnMut(&T, &mut String),
) {
    let line = |level: usize, to: &mut String| {
        to.push('\n');
        to.extend(std::iter::repeat_n("  ", level));
    };
    to.push(open);
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            to.push(',');
        }
        line(level + 1, to);
        write(part, to);
    }
    if !parts.is_empty() {
        line(level, to);
    }
    to.push(close);
}

/// Writes a string with its quotes.
pub(crate) fn quote(text: &str, to: &mut String) {
    to.push('"');
    for character in text.chars() {
        match character {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            // Control characters must be escaped; what ends a line in JavaScript is, for those who paste JSON there.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                _ = write!(to, "\\u{:04x}", u32::from(c));
            }
            c => to.push(c),
        }
    }
    to.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_read_back_as_it_was() {
        let text: String = (0..0x3000).filter_map(char::from_u32).chain("😀\u{10ffff}".chars()).collect();
        let written =
            Json::Object(vec![("a", Json::List(vec![Json::Text(text.clone()), 7u32.into()]))]).write();
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read, serde_json::json!({"a": [text, 7]}));
        assert_eq!(Json::List(vec![]).write(), "[]\n");
    }
}
