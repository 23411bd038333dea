//! The members of an object or the elements of an array, one after the other.

use super::scan::{Scanner, Value};
use super::text::Text;

/// Walks over an object or array that has been read before.
// INVARIANT: what is walked over has been checked whole, so no step fails; a step that did would end the walk.
#[derive(Clone)]
pub(super) struct Walk<'b> {
    scanner: Scanner<'b>,
    object: bool,
    first: bool,
}

impl<'b> Walk<'b> {
    /// Over `container`, which begins with its bracket.
    pub(super) fn new(container: &'b str) -> Self {
        let mut scanner = Scanner::new(container, u32::MAX);
        let object = scanner.peek() == Some(b'{');
        _ = scanner.open();
        Self { scanner, object, first: true }
    }
}

impl<'b> Iterator for Walk<'b> {
    /// The key, empty in an array, and the value.
    type Item = (Text<'b>, Value<'b>);

    fn next(&mut self) -> Option<Self::Item> {
        let close = if self.object { b'}' } else { b']' };
        if !self.scanner.step(close, self.first).ok()? {
            return None;
        }
        self.first = false;
        let key = if self.object { self.scanner.key().ok()? } else { Text::verbatim("") };
        Some((key, self.scanner.value().ok()?))
    }
}
