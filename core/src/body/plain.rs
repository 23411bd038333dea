//! How far a string goes on without a byte that needs a look: the loop that decides how fast a body is read.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Number of leading bytes that are neither `"` nor `\` nor control characters.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let end = match short(bytes) {
        Step::Found(found) => return found,
        Step::Plain => ends(bytes),
    };
    let run = bytes.get(..end).unwrap_or_default();
    if !has_control(run) {
        return end;
    }
    run.iter().position(|byte| *byte < 0x20).unwrap_or(end)
}

/// Whether a run of sixteen bytes or more has a control character in it. The last block overlaps the one before, so that no byte is looked at alone.
#[inline(always)]
fn has_control(run: &[u8]) -> bool {
    let (blocks, _) = run.as_chunks::<16>();
    let (pairs, odd) = blocks.as_chunks::<2>();
    let mut least = [u8::MAX; 16];
    // Without an early exit this becomes vector instructions.
    let mut look = |block: &[u8; 16]| {
        least.iter_mut().zip(block).for_each(|(least, byte)| *least = (*least).min(*byte));
    };
    for [one, other] in pairs {
        look(one);
        look(other);
    }
    odd.iter().chain(run.last_chunk()).for_each(look);
    least.iter().any(|byte| *byte < 0x20)
}

/// The same for bytes that are known to hold no control characters.
pub(super) fn plain_if_checked(bytes: &[u8]) -> usize {
    match short(bytes) {
        Step::Found(found) => found,
        Step::Plain => ends(bytes),
    }
}

/// Most strings are short: two words before anything that has to be called.
#[inline(always)]
fn short(bytes: &[u8]) -> Step {
    match step(bytes, 0) {
        Step::Plain => step(bytes, 8),
        found => found,
    }
}

/// Where the first `"` or `\` stands behind the bytes that [`short`] looked at.
fn ends(bytes: &[u8]) -> usize {
    let behind = bytes.get(16..).unwrap_or_default();
    memchr::memchr2(b'"', b'\\', behind).map_or(bytes.len(), |at| at.saturating_add(16))
}

enum Step {
    Found(usize),
    Plain,
}

/// Looks at the eight bytes from `at`, or at those that are left.
#[inline(always)]
fn step(bytes: &[u8], at: usize) -> Step {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some(word) = rest.first_chunk::<8>() else {
        let special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
        return Step::Found(at.saturating_add(rest.iter().position(special).unwrap_or(rest.len())));
    };
    let flags = flags(u64::from_le_bytes(*word));
    if flags == 0 {
        return Step::Plain;
    }
    #[expect(clippy::as_conversions, reason = "at most 64")]
    Step::Found(at.saturating_add((flags.trailing_zeros() / 8) as usize))
}

/// The high bit of each special byte. Bits above the lowest set one may be wrong (a borrow runs upwards); the lowest is right.
#[inline(always)]
fn flags(word: u64) -> u64 {
    let quote = word ^ ONES.wrapping_mul(0x22);
    let backslash = word ^ ONES.wrapping_mul(0x5c);
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word;
    (zero(quote) | zero(backslash) | control) & HIGH
}

#[cfg(test)]
mod tests {
    use super::{plain, plain_if_checked};

    #[test]
    fn every_byte_at_every_distance_is_told_right() {
        for before in 0..200 {
            for byte in 0..=u8::MAX {
                let mut bytes = vec![b'x'; before];
                bytes.push(byte);
                bytes.extend([b'y'; 9]);
                let special = byte == b'"' || byte == b'\\' || byte < 0x20;
                let expected = if special { before } else { before + 10 };
                assert_eq!(plain(&bytes), expected, "{byte} at {before}");
                if byte >= 0x20 {
                    assert_eq!(plain_if_checked(&bytes), expected, "{byte} at {before}");
                }
                bytes.extend([b'z'; 200]);
                bytes.push(b'"');
                let expected = if special { before } else { before + 210 };
                assert_eq!(plain(&bytes), expected, "{byte} at {before}, far from the end");
            }
        }
        assert_eq!(plain(b""), 0);
    }
}
