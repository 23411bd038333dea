//! The members of an object or the elements of an array, one after the other, and into those of them that are lists.
//!
//! What is walked over has been read before and found right, so nothing is checked again: what cannot be there is taken for what can.

use super::plain::plain_if_checked;
use super::scan::Value;
use super::text::Text;

/// A place in a checked object or array.
#[derive(Clone)]
pub(super) struct Walk<'b> {
    text: &'b str,
    at: usize,
    /// Whether the innermost list is an object.
    object: bool,
}

impl<'b> Walk<'b> {
    /// Over `container`, which begins with its bracket.
    pub(super) fn new(container: &'b str) -> Self {
        let mut walk = Self { text: container, at: 0, object: false };
        walk.enter();
        walk
    }

    /// Goes to the next value and gives its key, empty in an array; past the closing bracket where there is none.
    #[inline(always)]
    pub(super) fn step(&mut self) -> Option<Text<'b>> {
        self.space();
        match self.peek()? {
            b'}' | b']' => {
                self.forward(1);
                return None;
            }
            b',' => {
                self.forward(1);
                self.space();
            }
            _ => {}
        }
        if !self.object {
            return Some(Text::verbatim(""));
        }
        let key = self.string();
        self.space();
        // The colon.
        self.forward(1);
        self.space();
        Some(key)
    }

    /// The first byte of the value that [`step`](Self::step) went to.
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The value that [`step`](Self::step) went to; goes past it.
    #[inline(always)]
    pub(super) fn value(&mut self) -> Value<'b> {
        let from = self.at;
        match self.peek() {
            Some(b'"') => Value::Text(self.string()),
            Some(b'{') => {
                self.container();
                Value::Object(self.since(from))
            }
            Some(b'[') => {
                self.container();
                Value::Array(self.since(from))
            }
            _ => {
                self.scalar();
                Value::Other(self.since(from))
            }
        }
    }

    /// The value that [`step`](Self::step) went to, if it is a string; goes past it then.
    #[inline(always)]
    pub(super) fn text(&mut self) -> Option<Text<'b>> {
        (self.peek() == Some(b'"')).then(|| self.string())
    }

    /// The place to come [`back_to`](Self::back_to) later, in the same list.
    #[inline]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Goes into the object or array that [`step`](Self::step) went to.
    #[inline]
    pub(super) fn enter(&mut self) {
        self.object = self.peek() == Some(b'{');
        self.forward(1);
    }

    /// Goes on with the list around one that has ended; `object` tells what that is.
    #[inline]
    pub(super) fn leave(&mut self, object: bool) {
        self.object = object;
    }

    #[inline(always)]
    fn forward(&mut self, bytes: usize) {
        // INVARIANT: `at` passes the end by no more than the two bytes of an escape, far below usize::MAX.
        self.at = self.at.wrapping_add(bytes);
    }

    /// Past white space: no other byte up to a blank stands between values.
    #[inline(always)]
    fn space(&mut self) {
        while let Some(..=b' ') = self.peek() {
            self.forward(1);
        }
    }

    fn since(&self, from: usize) -> &'b str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    /// The string that begins here; goes past it.
    #[inline(always)]
    fn string(&mut self) -> Text<'b> {
        self.forward(1);
        let from = self.at;
        let plain = self.run();
        while self.peek() == Some(b'\\') {
            // What follows `\u` are plain characters.
            self.forward(2);
            self.run();
        }
        let text = self.since(from);
        self.forward(1);
        Text::new(text, plain)
    }

    /// Past what stands before the next quote or backslash, and how much that is.
    #[inline(always)]
    fn run(&mut self) -> usize {
        let run = plain_if_checked(self.text.as_bytes().get(self.at..).unwrap_or_default());
        self.forward(run);
        run
    }

    /// Past the object or array that begins here.
    fn container(&mut self) {
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'{' | b'[' => open = open.wrapping_add(1),
                b'}' | b']' => open = open.wrapping_sub(1),
                _ => {}
            }
            self.forward(1);
            if open == 0 {
                return;
            }
        }
    }

    /// Past a number, `true`, `false` or `null`.
    fn scalar(&mut self) {
        while !matches!(self.peek(), None | Some(..=b' ' | b',' | b'}' | b']')) {
            self.forward(1);
        }
    }
}

impl<'b> Iterator for Walk<'b> {
    /// The key, empty in an array, and the value.
    type Item = (Text<'b>, Value<'b>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        Some((self.step()?, self.value()))
    }
}
