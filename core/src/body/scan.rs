//! Checks JSON and finds where its values begin and end, without building anything.
//!
//! Strict RFC 8259: every byte is looked at. Nesting is kept as one bit a level, so depth costs neither recursion nor memory.

use super::error::BodyCode::{self, *};
use super::error::Flaw;
use super::plain::plain;
use super::text::Text;

/// A value and where it stands.
#[derive(Clone, Copy)]
pub(super) enum Value<'b> {
    /// A string, without its quotes.
    Text(Text<'b>),
    /// An object with its braces.
    Object(&'b str),
    /// An array with its brackets.
    Array(&'b str),
    /// A number, `true`, `false` or `null`.
    Other(&'b str),
}

/// A place in a text that is read from front to back.
#[derive(Clone)]
pub(super) struct Scanner<'b> {
    pub(super) text: &'b str,
    pub(super) at: usize,
    /// How many levels may still be opened from here.
    depth: u32,
}

impl<'b> Scanner<'b> {
    pub(super) fn new(text: &'b str, depth: u32) -> Self {
        Self { text, at: 0, depth }
    }

    #[inline(always)]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    #[inline(always)]
    pub(super) fn forward(&mut self, bytes: usize) {
        // INVARIANT: `at` never passes the end by more than the bytes just looked at, far below usize::MAX.
        self.at = self.at.wrapping_add(bytes);
    }

    /// The flaw at the byte that comes next, or the missing end.
    #[cold]
    pub(super) fn flaw(&self, code: BodyCode) -> Flaw {
        Flaw { code: if self.peek().is_none() { Truncated } else { code }, at: self.at }
    }

    #[inline(always)]
    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.forward(1);
        }
    }

    /// Goes into the object or array that begins here.
    pub(super) fn open(&mut self) -> Result<(), Flaw> {
        self.depth = self.depth.checked_sub(1).ok_or(Flaw { code: TooDeep, at: self.at })?;
        self.forward(1);
        Ok(())
    }

    /// Goes to the next member or element and tells whether there is one; past the bracket `close` when there is none.
    #[inline(always)]
    pub(super) fn step(&mut self, close: u8, first: bool) -> Result<bool, Flaw> {
        self.space();
        match self.peek() {
            Some(byte) if byte == close => {
                self.forward(1);
                Ok(false)
            }
            Some(b',') if !first => {
                self.forward(1);
                self.space();
                Ok(true)
            }
            Some(_) if first => Ok(true),
            _ => Err(self.flaw(ExpectedCommaOrEnd)),
        }
    }

    /// The key that begins here; goes on to its value.
    pub(super) fn key(&mut self) -> Result<Text<'b>, Flaw> {
        let string = self.before_value()?;
        Ok(self.text(string))
    }

    /// The value that begins here; goes past it.
    pub(super) fn value(&mut self) -> Result<Value<'b>, Flaw> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                let string = self.string()?;
                Ok(Value::Text(self.text(string)))
            }
            Some(b'{') => {
                self.container()?;
                Ok(Value::Object(self.since(start)))
            }
            Some(b'[') => {
                self.container()?;
                Ok(Value::Array(self.since(start)))
            }
            _ => {
                self.scalar()?;
                Ok(Value::Other(self.since(start)))
            }
        }
    }

    fn since(&self, start: usize) -> &'b str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn text(&self, string: Span) -> Text<'b> {
        Text::new(self.text.get(string.from..string.to).unwrap_or_default(), string.plain)
    }

    /// Past a key, its colon and the space around it.
    #[inline(always)]
    fn before_value(&mut self) -> Result<Span, Flaw> {
        if self.peek() != Some(b'"') {
            return Err(self.flaw(ExpectedKey));
        }
        let key = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.flaw(ExpectedColon));
        }
        self.forward(1);
        self.space();
        Ok(key)
    }

    /// Past the object or array that begins here, all inside checked.
    fn container(&mut self) -> Result<(), Flaw> {
        // The lowest bit tells whether the innermost open bracket is an object's; each level shifts.
        let mut objects = 0_u128;
        let mut open = 0_u32;
        loop {
            // At the first byte of a value.
            let entered = match self.peek() {
                Some(b'"') => {
                    self.string()?;
                    false
                }
                Some(bracket @ (b'{' | b'[')) => {
                    if open >= self.depth {
                        return Err(Flaw { code: TooDeep, at: self.at });
                    }
                    open = open.wrapping_add(1);
                    objects = objects << 1 | u128::from(bracket == b'{');
                    self.forward(1);
                    true
                }
                _ => {
                    self.scalar()?;
                    false
                }
            };
            let mut first = entered;
            // Closes what ends here, up to a value that follows.
            while open > 0 {
                let object = objects & 1 == 1;
                if self.step(if object { b'}' } else { b']' }, first)? {
                    if object {
                        self.before_value()?;
                    }
                    break;
                }
                open = open.wrapping_sub(1);
                objects >>= 1;
                first = false;
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Past the string that begins here.
    #[inline(always)]
    fn string(&mut self) -> Result<Span, Flaw> {
        self.forward(1);
        let from = self.at;
        let mut first_escape = None;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            self.forward(plain(rest));
            match self.peek() {
                Some(b'"') => {
                    let to = self.at;
                    self.forward(1);
                    let plain = first_escape.unwrap_or(to).wrapping_sub(from);
                    return Ok(Span { from, to, plain });
                }
                Some(b'\\') => {
                    first_escape.get_or_insert(self.at);
                    self.escape()?;
                }
                _ => return Err(self.flaw(ControlCharacter)),
            }
        }
    }
}

/// Where the inside of a string stands.
struct Span {
    from: usize,
    to: usize,
    /// Bytes before the first escape.
    plain: usize,
}
