//! The fields of a form (RFC 7578) that routing needs. Files are stepped over, not copied.

use std::ops::Range;

use memchr::memmem::Finder;

use super::error::BodyCode::*;
use super::error::Flaw;
use super::limits::BodyLimits;

/// A text field: its name and value as they stand, where the value begins, and the part with the boundary before it.
pub(super) struct FormField<'b> {
    pub(super) name: &'b [u8],
    pub(super) value: &'b [u8],
    pub(super) at: usize,
    pub(super) part: Range<usize>,
}

/// Calls `each` for every field that is no file, in order. The whole form is checked, up to its last boundary; what stands before the first and after
/// the last is passed over (RFC 2046, section 5.1.1). Tells where the last boundary begins, with the line end before it.
pub(super) fn read<'b>(
    bytes: &'b [u8],
    boundary: &str,
    limits: &BodyLimits,
    mut each: impl FnMut(FormField<'b>),
) -> Result<usize, Flaw> {
    if boundary.is_empty() {
        return Err(Flaw { code: NoBoundary, at: 0 });
    }
    let mut lines = Lines { bytes, boundary, finder: Finder::new(boundary), at: 0 };
    let mut delimiter = lines.next().ok_or(Flaw { code: Truncated, at: bytes.len() })?;
    let mut parts = 0_usize;
    while !delimiter.last {
        if parts >= limits.parts {
            return Err(Flaw { code: TooManyParts, at: delimiter.end });
        }
        parts = parts.saturating_add(1);
        let next = lines.next().ok_or(Flaw { code: Truncated, at: bytes.len() })?;
        if let Some(field) = field(bytes, &delimiter, &next, limits.part_header)? {
            each(field);
        }
        delimiter = next;
    }
    Ok(delimiter.start)
}

/// A line that separates parts, with the line end before it.
struct Delimiter {
    start: usize,
    end: usize,
    last: bool,
}

struct Lines<'b, 'h> {
    bytes: &'b [u8],
    boundary: &'h str,
    finder: Finder<'h>,
    at: usize,
}

impl Iterator for Lines<'_, '_> {
    type Item = Delimiter;

    fn next(&mut self) -> Option<Delimiter> {
        loop {
            let found = self.at.saturating_add(self.finder.find(self.bytes.get(self.at..)?)?);
            // A boundary that begins within this one may still be the right one.
            self.at = found.saturating_add(1);
            if let Some(delimiter) = self.delimiter(found) {
                self.at = delimiter.end;
                return Some(delimiter);
            }
        }
    }
}

impl Lines<'_, '_> {
    /// The delimiter whose boundary stands at `found`; `None` where it stands there by chance.
    fn delimiter(&self, found: usize) -> Option<Delimiter> {
        let (before, after) = self.bytes.split_at_checked(found)?;
        let before = before.strip_suffix(b"--")?;
        let start = match before.strip_suffix(b"\r\n") {
            Some(before) => before.len(),
            None if before.is_empty() => 0,
            None => return None,
        };
        let after = after.strip_prefix(self.boundary.as_bytes())?;
        let (last, after) = after.strip_prefix(b"--").map_or((false, after), |after| (true, after));
        // Space that was added on the way is allowed.
        let padding = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let after = after.get(padding..)?;
        let after = if last && after.is_empty() { after } else { after.strip_prefix(b"\r\n")? };
        // The line end also begins the next delimiter where a part is empty; such a part has no headers and is refused.
        Some(Delimiter { start, end: self.bytes.len().saturating_sub(after.len()), last })
    }
}

/// The field that the part between two delimiters holds, `None` for a file.
fn field<'b>(
    bytes: &'b [u8],
    before: &Delimiter,
    after: &Delimiter,
    limit: usize,
) -> Result<Option<FormField<'b>>, Flaw> {
    let at = before.end;
    let part = bytes.get(at..after.start).unwrap_or_default();
    // Looked for within the limit only: the limit bounds the work, too.
    let head = part.get(..limit.saturating_add(4)).unwrap_or(part);
    let Some(length) = head.windows(4).position(|window| window == b"\r\n\r\n") else {
        let code = if head.len() < part.len() { PartHeaderTooLarge } else { BadPart };
        return Err(Flaw { code, at });
    };
    let (headers, value) = part.split_at_checked(length).unwrap_or_default();
    let value = value.get(4..).unwrap_or_default();
    let mut disposition = None;
    for line in headers.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, rest) =
            colon.and_then(|colon| line.split_at_checked(colon)).ok_or(Flaw { code: BadPart, at })?;
        if name.eq_ignore_ascii_case(b"content-disposition") {
            disposition = rest.get(1..);
        }
    }
    let disposition = disposition.and_then(Disposition::parse).ok_or(Flaw { code: BadPart, at })?;
    let value_at = at.saturating_add(length).saturating_add(4);
    Ok((!disposition.file).then_some(FormField {
        name: disposition.name,
        value,
        at: value_at,
        part: before.start..after.start,
    }))
}

/// `form-data; name="…"`, with whether a file name follows.
struct Disposition<'b> {
    name: &'b [u8],
    file: bool,
}

impl<'b> Disposition<'b> {
    fn parse(text: &'b [u8]) -> Option<Self> {
        let mut rest = text.trim_ascii();
        let end = rest.iter().position(|byte| *byte == b';')?;
        let kind = rest.get(..end)?.trim_ascii();
        if !kind.eq_ignore_ascii_case(b"form-data") {
            return None;
        }
        let (mut name, mut file) = (None, false);
        while let Some(parameters) = rest.iter().position(|byte| *byte == b';').and_then(|at| rest.get(at..))
        {
            let parameters = parameters.get(1..)?.trim_ascii_start();
            if parameters.is_empty() {
                break;
            }
            let equals = parameters.iter().position(|byte| *byte == b'=')?;
            let key = parameters.get(..equals)?.trim_ascii();
            let (value, after) = value(parameters.get(equals.checked_add(1)?..)?)?;
            if key.eq_ignore_ascii_case(b"name") {
                name = Some(value);
            }
            file |= key.eq_ignore_ascii_case(b"filename") || key.eq_ignore_ascii_case(b"filename*");
            rest = after;
        }
        Some(Self { name: name?, file })
    }
}

/// A token or a quoted string, and what follows. Quoted pairs stay as they are: no name that is read has any.
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end)?;
        return Some((value.trim_ascii(), rest));
    };
    let mut escaped = false;
    let end = quoted.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    let (value, rest) = quoted.split_at_checked(end)?;
    Some((value, rest.get(1..)?))
}
