//! A string as it stands in a body: read in runs, without a copy, escapes decoded on the way.

use std::borrow::Cow;
use std::fmt;

/// What stands between the quotes of a valid JSON string; or any text that has no escapes.
#[derive(Clone, Copy)]
pub(super) struct Text<'b> {
    raw: &'b str,
    /// Bytes before the first escape; all of them where there is none.
    plain: usize,
}

impl<'b> Text<'b> {
    /// The contents of a JSON string, whose first backslash stands behind so many bytes.
    #[inline]
    pub(super) fn new(raw: &'b str, plain: usize) -> Self {
        Self { raw, plain }
    }

    /// Text that means what it says, backslashes too.
    #[inline]
    pub(super) fn verbatim(raw: &'b str) -> Self {
        Self { raw, plain: raw.len() }
    }

    fn is_escaped(self) -> bool {
        self.plain < self.raw.len()
    }

    pub(super) fn raw(&self) -> &'b str {
        self.raw
    }

    pub(super) fn chunks(&self) -> Chunks<'b> {
        Chunks { rest: self.raw, plain: self.plain }
    }

    /// Borrowed where nothing is escaped.
    pub(super) fn to_cow(self) -> Cow<'b, str> {
        if !self.is_escaped() {
            return Cow::Borrowed(self.raw);
        }
        let mut text = String::with_capacity(self.raw.len());
        for chunk in self.chunks() {
            match chunk {
                Chunk::Run(run) => text.push_str(run),
                Chunk::Char(char) => text.push(char),
            }
        }
        Cow::Owned(text)
    }

    /// Whether the text is `wanted` once decoded. Allocates nothing.
    #[inline(always)]
    pub(super) fn is(&self, wanted: &str) -> bool {
        if self.is_escaped() { self.means(wanted) } else { self.raw == wanted }
    }

    #[cold]
    fn means(&self, wanted: &str) -> bool {
        let mut rest = wanted;
        for chunk in self.chunks() {
            let left = match chunk {
                Chunk::Run(run) => rest.strip_prefix(run),
                Chunk::Char(char) => rest.strip_prefix(char),
            };
            let Some(left) = left else { return false };
            rest = left;
        }
        rest.is_empty()
    }
}

/// A stretch of decoded text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Chunk<'b> {
    /// A run that stands in the body as it is meant.
    Run(&'b str),
    /// One character that stands in the body as an escape.
    Char(char),
}

impl<'b> Chunk<'b> {
    /// The bytes of the chunk in UTF-8; `buffer` holds those of a character.
    pub fn bytes<'c>(&self, buffer: &'c mut [u8; 4]) -> &'c [u8]
    where
        'b: 'c,
    {
        match self {
            Self::Run(run) => run.as_bytes(),
            Self::Char(char) => char.encode_utf8(buffer).as_bytes(),
        }
    }
}

impl fmt::Debug for Chunk<'_> {
    /// Content stays out: bodies are private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = match self {
            Self::Run(run) => run.len(),
            Self::Char(char) => char.len_utf8(),
        };
        write!(f, "Chunk({length} bytes)")
    }
}

/// Decoded text as runs and characters, in order. Allocates nothing. Where the runs are cut is not part of the contract, their sequence is.
#[derive(Clone)]
pub struct Chunks<'b> {
    rest: &'b str,
    /// Bytes of it before its first escape.
    plain: usize,
}

impl<'b> Iterator for Chunks<'b> {
    type Item = Chunk<'b>;

    #[inline]
    fn next(&mut self) -> Option<Chunk<'b>> {
        if self.plain > 0 {
            let (run, rest) = self.rest.split_at_checked(self.plain)?;
            (self.rest, self.plain) = (rest, 0);
            return Some(Chunk::Run(run));
        }
        if self.rest.is_empty() { None } else { Some(self.escaped()) }
    }
}

impl Chunks<'_> {
    /// The character whose escape comes next.
    fn escaped<'b>(&mut self) -> Chunk<'b> {
        let (char, length) = escape(self.rest);
        self.rest = self.rest.get(length..).unwrap_or_default();
        self.plain = memchr::memchr(b'\\', self.rest.as_bytes()).unwrap_or(self.rest.len());
        Chunk::Char(char)
    }
}

impl fmt::Debug for Chunks<'_> {
    /// Content stays out: bodies are private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunks({} bytes left)", self.rest.len())
    }
}

/// The character that the escape at the front means, and how many bytes it takes.
// INVARIANT: the scanner has refused every escape that this would read wrongly, so the fallbacks are never taken.
fn escape(text: &str) -> (char, usize) {
    let char = match text.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text),
        Some(other) => char::from(*other),
        None => char::REPLACEMENT_CHARACTER,
    };
    (char, 2)
}

fn unicode(text: &str) -> (char, usize) {
    let unit = |from: usize| {
        let digits = text.get(from..from.saturating_add(4))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(2) else { return (char::REPLACEMENT_CHARACTER, text.len()) };
    if let Some(char) = char::from_u32(first) {
        return (char, 6);
    }
    let pair = unit(8).unwrap_or_default();
    let code = 0x1_0000_u32.wrapping_add((first & 0x3ff) << 10).wrapping_add(pair & 0x3ff);
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
}
