//! The tokenizer: four bytes of UTF-8 are a token, its number the bytes read as a little-endian integer. Whoever wants to know the tokens of a prompt
//! needs no table for it.

use crate::rng::mix;

/// The tokens of `text`; the last one is filled up with zeros.
pub(crate) fn of(text: &str) -> Vec<u32> {
    let token = |bytes: &[u8]| {
        let mut filled = [0; 4];
        filled[..bytes.len()].copy_from_slice(bytes);
        u32::from_le_bytes(filled)
    };
    text.as_bytes().chunks(4).map(token).collect()
}

/// Hashes of the full blocks of a prompt, each over its tokens and the block before it. `scope` keeps models apart.
pub(crate) fn block_hashes(tokens: &[u32], block_size: usize, scope: &str) -> Vec<u64> {
    let mut previous = scope.bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
    tokens
        .chunks_exact(block_size)
        .map(|block| {
            previous = block.iter().fold(mix(previous), |hash, token| mix(hash ^ u64::from(*token)));
            // JavaScript reads whole numbers exactly up to 2^53 only.
            previous & ((1 << 53) - 1)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_bytes_are_a_token() {
        assert_eq!(of("abcde"), [u32::from_le_bytes(*b"abcd"), u32::from(b'e')]);
    }

    #[test]
    fn a_block_hash_depends_on_all_blocks_before_it() {
        let hashes = |tokens: &[u32]| block_hashes(tokens, 2, "m");
        assert_eq!(hashes(&[1, 2, 3, 4, 5]).len(), 2);
        assert_eq!(hashes(&[1, 2, 3, 4])[0], hashes(&[1, 2, 9, 9])[0]);
        assert_ne!(hashes(&[1, 2, 3, 4])[1], hashes(&[9, 2, 3, 4])[1]);
        assert_ne!(hashes(&[1, 2]), block_hashes(&[1, 2], 2, "other"));
    }
}
