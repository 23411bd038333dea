//! One line of the text format: a name, labels, a number.

use super::labels::Labels;

/// A line of a text.
pub(super) struct Line<'t> {
    /// Where it begins in the text.
    pub(super) at: usize,
    /// Its bytes without the line feed.
    pub(super) bytes: &'t [u8],
    /// Whether it has a line feed. The format demands one, so a line without may have been cut.
    pub(super) whole: bool,
}

/// The lines of `text`; none after the last line feed if nothing follows it.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut ends = memchr::memchr_iter(b'\n', text);
    let mut at = 0;
    std::iter::from_fn(move || {
        let end = ends.next();
        let bytes = text.get(at..end.unwrap_or(text.len()))?;
        let line = Line { at, bytes, whole: end.is_some() };
        // INVARIANT: past the end once the last line is given, so that `get` ends the iteration.
        at = end.map_or(usize::MAX, |end| end.saturating_add(1));
        (line.whole || !line.bytes.is_empty()).then_some(line)
    })
}

const fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// `bytes` from the first that is no blank.
#[inline]
pub(super) fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && blank(*first)
    {
        bytes = rest;
    }
    bytes
}

/// The name at the start of `line`, and the rest.
#[inline]
pub(super) fn name(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|byte| *byte == b'{' || blank(*byte)).unwrap_or(line.len());
    line.split_at_checked(end).unwrap_or((line, b""))
}

/// Labels and value of what follows a name; `None` where it is not as the format has it.
pub(super) fn sample(rest: &[u8]) -> Option<(Labels<'_>, f64)> {
    let rest = trim_start(rest);
    let (labels, rest) = match rest.strip_prefix(b"{") {
        Some(inner) => Labels::parse(inner)?,
        None => (Labels::default(), rest),
    };
    let (value, rest) = number(trim_start(rest))?;
    let rest = trim_start(rest);
    let rest = match rest.first() {
        None | Some(b'#') => rest,
        Some(_) => trim_start(number(rest)?.1),
    };
    matches!(rest.first(), None | Some(b'#')).then_some((labels, value))
}

/// The number that `bytes` begins with, up to a blank or the end.
fn number(bytes: &[u8]) -> Option<(f64, &[u8])> {
    let end = bytes.iter().position(|byte| blank(*byte)).unwrap_or(bytes.len());
    let (token, rest) = bytes.split_at_checked(end)?;
    Some((std::str::from_utf8(token).ok()?.parse().ok()?, rest))
}
