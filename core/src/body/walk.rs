//! The members of an object or the elements of an array, one after the other, and into those of them that are lists.

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
        let mut walk = Self { scanner: Scanner::again(container), object: false, first: true };
        walk.enter();
        walk
    }

    /// Goes to the next value and gives its key, empty in an array; past the closing bracket where there is none.
    #[inline]
    pub(super) fn step(&mut self) -> Option<Text<'b>> {
        let close = if self.object { b'}' } else { b']' };
        if !self.scanner.step(close, self.first).ok()? {
            return None;
        }
        self.first = false;
        if self.object { self.scanner.key().ok() } else { Some(Text::verbatim("")) }
    }

    /// The first byte of the value that [`step`](Self::step) went to.
    pub(super) fn peek(&self) -> Option<u8> {
        self.scanner.peek()
    }

    /// The value that [`step`](Self::step) went to.
    pub(super) fn value(&mut self) -> Option<Value<'b>> {
        self.scanner.value().ok()
    }

    /// Goes into the object or array that [`step`](Self::step) went to.
    pub(super) fn enter(&mut self) {
        self.object = self.peek() == Some(b'{');
        self.first = true;
        _ = self.scanner.open();
    }

    /// Goes on with the list around one that has ended; `object` tells what that is.
    pub(super) fn leave(&mut self, object: bool) {
        self.object = object;
        self.first = false;
    }
}

impl<'b> Iterator for Walk<'b> {
    /// The key, empty in an array, and the value.
    type Item = (Text<'b>, Value<'b>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.step()?, self.value()?))
    }
}
