//! The labels of a series, read in place.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use super::line::trim_start;

/// Labels that were checked, without their braces.
#[derive(Clone, Copy, Default)]
pub(super) struct Labels<'t>(&'t [u8]);

/// One label; escapes in its value stand as they were written.
#[derive(Clone, Copy)]
pub(super) struct Label<'t> {
    pub(super) name: &'t [u8],
    pub(super) value: LabelValue<'t>,
}

/// The value of a label as it was written.
#[derive(Clone, Copy)]
pub(super) struct LabelValue<'t>(&'t [u8]);

impl<'t> Labels<'t> {
    /// Reads what follows an opening brace; with it what follows the closing one.
    pub(super) fn parse(inner: &'t [u8]) -> Option<(Self, &'t [u8])> {
        let mut rest = inner;
        loop {
            rest = trim_start(rest);
            if let Some(after) = rest.strip_prefix(b"}") {
                let (labels, _) = inner.split_at_checked(inner.len().checked_sub(rest.len())?)?;
                return Some((Self(labels), after));
            }
            rest = trim_start(label(rest)?.1);
            match rest.strip_prefix(b",") {
                Some(after) => rest = after,
                None if rest.starts_with(b"}") => {}
                None => return None,
            }
        }
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Label<'t>> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (label, after) = label(trim_start(rest))?;
            let after = trim_start(after);
            rest = after.strip_prefix(b",").unwrap_or(after);
            Some(label)
        })
    }

    /// The first label of that name.
    pub(super) fn get(self, name: &str) -> Option<LabelValue<'t>> {
        self.iter().find(|label| label.name == name.as_bytes()).map(|label| label.value)
    }

    /// A number for all labels that `counts` lets through, whatever their order.
    pub(super) fn key(self, mut counts: impl FnMut(&[u8]) -> bool) -> u64 {
        let of = |label: Label<'_>| {
            let mut hasher = FixedState::default().build_hasher();
            hasher.write(label.name);
            // No name has this byte.
            hasher.write_u8(b'=');
            label.value.decoded().for_each(|byte| hasher.write_u8(byte));
            hasher.finish()
        };
        self.iter().filter(|label| counts(label.name)).map(of).fold(0, u64::wrapping_add)
    }
}

impl<'t> LabelValue<'t> {
    /// Whether the decoded value is `text`.
    pub(super) fn is(self, text: &str) -> bool {
        self.decoded().eq(text.bytes())
    }

    /// The bytes as they were written.
    pub(super) fn raw(self) -> &'t [u8] {
        self.0
    }

    /// The bytes that are meant.
    pub(super) fn decoded(self) -> impl Iterator<Item = u8> {
        let mut bytes = self.0.iter().copied().peekable();
        std::iter::from_fn(move || {
            let byte = bytes.next()?;
            if byte != b'\\' {
                return Some(byte);
            }
            let meant = match bytes.peek() {
                Some(b'n') => b'\n',
                Some(b'"') => b'"',
                Some(b'\\') => b'\\',
                _ => return Some(byte),
            };
            bytes.next();
            Some(meant)
        })
    }
}

/// The label that `bytes` begins with, and what follows it.
fn label(bytes: &[u8]) -> Option<(Label<'_>, &[u8])> {
    let end = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')?;
    let (name, rest) = bytes.split_at_checked(end)?;
    let rest = trim_start(trim_start(rest).strip_prefix(b"=")?).strip_prefix(b"\"")?;
    if name.is_empty() {
        return None;
    }
    let mut end = 0_usize;
    loop {
        end = end.checked_add(memchr::memchr2(b'"', b'\\', rest.get(end..)?)?)?;
        if rest.get(end) == Some(&b'"') {
            break;
        }
        end = end.checked_add(2)?;
    }
    let (value, rest) = rest.split_at_checked(end)?;
    Some((Label { name, value: LabelValue(value) }, rest.strip_prefix(b"\"")?))
}
