//! How far a string goes on without a byte that needs a look: the loop that decides how fast a body is read.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Number of leading bytes that are neither `"` nor `\` nor control characters.
pub(super) fn plain(bytes: &[u8]) -> usize {
    // Most strings are short: four words before the blocks.
    let mut at = 0_usize;
    for _ in 0..4 {
        match step(bytes, at) {
            Step::Found(found) => return found,
            Step::Plain => at = at.saturating_add(8),
        }
    }
    let (blocks, _) = bytes.get(at..).unwrap_or_default().as_chunks::<64>();
    // A fold without an early exit becomes vector instructions.
    let special = |block: &[u8; 64]| {
        block.iter().fold(false, |found, byte| found | (*byte == b'"') | (*byte == b'\\') | (*byte < 0x20))
    };
    let whole = blocks.iter().position(special).unwrap_or(blocks.len());
    at = at.saturating_add(whole.saturating_mul(64));
    loop {
        match step(bytes, at) {
            Step::Found(found) => return found,
            Step::Plain => at = at.saturating_add(8),
        }
    }
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
    use super::plain;

    #[test]
    fn every_byte_at_every_distance_is_told_right() {
        for before in 0..200 {
            for byte in 0..=u8::MAX {
                let mut bytes = vec![b'x'; before];
                bytes.push(byte);
                bytes.extend([b'y'; 9]);
                let special = byte == b'"' || byte == b'\\' || byte < 0x20;
                assert_eq!(plain(&bytes), if special { before } else { before + 10 }, "{byte} at {before}");
            }
        }
        assert_eq!(plain(b""), 0);
    }
}
