//! The dialect of our own: keyed, one pass, fast on any 64-bit machine.
//!
//! The content of a block is hashed independently of every other block (four 128-bit products for 64 bytes, which overlap freely), and one more
//! product chains it to the hash before. The mixing is that of wyhash with secrets from the host's key. It keeps people without the key from finding
//! collisions by calculation; it is not a cryptographic hash, and nothing that it produces may leave the process as one.

use super::bits::fold;
use super::scope::Scope;
use crate::convert::wide;

/// Fractional digits of pi: numbers with nothing up their sleeve.
const PI: [u64; 12] = [
    0x243F_6A88_85A3_08D3,
    0x1319_8A2E_0370_7344,
    0xA409_3822_299F_31D0,
    0x082E_FA98_EC4E_6C89,
    0x4528_21E6_38D0_1377,
    0xBE54_66CF_34E9_0C6C,
    0xC0AC_29B7_C97C_50DD,
    0x3F84_D5B5_B547_0917,
    0x9216_D5D9_8979_FB1B,
    0xD131_0BA6_98DF_B5AC,
    0x2FFD_72DB_D01A_DFB7,
    0xB8E1_AFED_6A26_7E96,
];

/// What the host's key becomes: secrets for the eight words of a stripe, for the chain, for the root.
#[derive(Clone, Copy)]
pub(super) struct Secrets {
    stripe: [u64; 8],
    chain: [u64; 2],
    root: [u64; 2],
}

impl Secrets {
    pub(super) fn new(key: u128) -> Self {
        let [low, high] = halves(key);
        // Each secret is two products of the key's halves with different digits, so none of them tells another.
        let mut made = PI;
        let mut state = fold(low ^ 0x9E37_79B9_7F4A_7C15, high ^ 0xD6E8_FEB8_6659_FD93);
        for secret in &mut made {
            state = fold(state ^ *secret, low ^ 0xA076_1D64_78BD_642F)
                .wrapping_add(fold(high ^ *secret, state ^ 0xE703_7ED1_A0B4_28DB));
            *secret = mixed(state);
        }
        let [a, b, c, d, e, f, g, h, i, j, k, l] = made;
        Self { stripe: [a, b, c, d, e, f, g, h], chain: [i, j], root: [k, l] }
    }

    /// The value before the first block of a chain.
    pub(super) fn root(&self, scope: &Scope<'_>, kind: u64, block_tokens: u64) -> u64 {
        let [k, l] = self.root;
        let mut state = fold(kind ^ k, block_tokens ^ l);
        for field in scope.fields() {
            state = fold(state ^ k, wide(field.len()) ^ l);
            state = self.chain(state, self.content(field.as_bytes()));
        }
        state
    }

    /// The next hash of a chain.
    #[inline(always)]
    pub(super) fn chain(&self, previous: u64, content: u64) -> u64 {
        let [a, b] = self.chain;
        fold(previous ^ a, content ^ b)
    }

    /// The hash of 64 bytes, as eight little-endian words.
    #[inline(always)]
    pub(super) fn stripe(&self, words: [u64; 8]) -> u64 {
        let [a, b, c, d, e, f, g, h] = words;
        let [i, j, k, l, m, n, o, p] = self.stripe;
        fold(a ^ i, b ^ j) ^ fold(c ^ k, d ^ l) ^ fold(e ^ m, f ^ n) ^ fold(g ^ o, h ^ p)
    }

    /// The hash of bytes whose number both sides know.
    #[inline]
    pub(super) fn content(&self, bytes: &[u8]) -> u64 {
        let (stripes, rest) = bytes.as_chunks::<64>();
        let mut padded = [0; 64];
        for (to, from) in padded.iter_mut().zip(rest) {
            *to = *from;
        }
        let last = (!rest.is_empty()).then_some(&padded);
        self.stripes(stripes.iter().chain(last).map(words))
    }

    /// The hash of tokens whose number both sides know: that of their little-endian bytes.
    #[inline]
    pub(super) fn tokens(&self, tokens: &[u32]) -> u64 {
        let (stripes, rest) = tokens.as_chunks::<16>();
        let mut padded = [0; 16];
        for (to, from) in padded.iter_mut().zip(rest) {
            *to = *from;
        }
        let last = (!rest.is_empty()).then_some(&padded);
        self.stripes(stripes.iter().chain(last).map(token_words))
    }

    #[inline(always)]
    fn stripes(&self, mut stripes: impl Iterator<Item = [u64; 8]>) -> u64 {
        let first = stripes.next().map_or(0, |stripe| self.stripe(stripe));
        stripes.fold(first, |hash, stripe| self.chain(hash, self.stripe(stripe)))
    }

    /// Writes the hashes of blocks of `size` items that follow `previous` to `out`, as many as it has room for, and returns the last one, which may be 0 where
    /// `out` has a 1. `SIZE` items are a stripe, of which `words` makes words; `content` hashes blocks of any other size.
    ///
    /// INVARIANT: all loops give the same hashes. Most blocks are a few whole stripes, and how many is known when their loop is compiled.
    #[inline(always)]
    pub(super) fn blocks<const SIZE: usize, T>(
        &self,
        previous: u64,
        items: &[T],
        size: usize,
        out: &mut [u64],
        words: impl Fn(&[T; SIZE]) -> [u64; 8],
        content: impl Fn(&[T]) -> u64,
    ) -> u64 {
        let (stripes, _) = items.as_chunks::<SIZE>();
        if size == SIZE {
            self.whole::<1, SIZE, T>(previous, stripes, out, words)
        } else if size == 2 * SIZE {
            self.whole::<2, SIZE, T>(previous, stripes, out, words)
        } else if size == 4 * SIZE {
            self.whole::<4, SIZE, T>(previous, stripes, out, words)
        } else if size == 8 * SIZE {
            self.whole::<8, SIZE, T>(previous, stripes, out, words)
        } else {
            let mut previous = previous;
            for (slot, block) in out.iter_mut().zip(items.chunks_exact(size)) {
                previous = self.chain(previous, content(block));
                *slot = previous.max(1);
            }
            previous
        }
    }

    /// The same for blocks of `STRIPES` stripes each. Loops, because an iterator over the stripes of a block is a call for each block.
    #[inline(always)]
    fn whole<const STRIPES: usize, const SIZE: usize, T>(
        &self,
        previous: u64,
        stripes: &[[T; SIZE]],
        out: &mut [u64],
        words: impl Fn(&[T; SIZE]) -> [u64; 8],
    ) -> u64 {
        let (blocks, _) = stripes.as_chunks::<STRIPES>();
        let mut previous = previous;
        for (slot, block) in out.iter_mut().zip(blocks) {
            let Some((first, others)) = block.split_first() else { break };
            let mut content = self.stripe(words(first));
            for stripe in others {
                content = self.chain(content, self.stripe(words(stripe)));
            }
            previous = self.chain(previous, content);
            *slot = previous.max(1);
        }
        previous
    }
}

/// 64 bytes as words.
#[inline(always)]
pub(super) fn words(bytes: &[u8; 64]) -> [u64; 8] {
    let (words, _) = bytes.as_chunks::<8>();
    let mut out = [0; 8];
    for (to, from) in out.iter_mut().zip(words) {
        *to = u64::from_le_bytes(*from);
    }
    out
}

/// 16 tokens as the words of their little-endian bytes.
#[inline(always)]
pub(super) fn token_words(tokens: &[u32; 16]) -> [u64; 8] {
    let (pairs, _) = tokens.as_chunks::<2>();
    let mut out = [0; 8];
    for (to, [low, high]) in out.iter_mut().zip(pairs) {
        *to = u64::from(*low) | u64::from(*high) << 32;
    }
    out
}

fn mixed(word: u64) -> u64 {
    let word = (word ^ word >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let word = (word ^ word >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    word ^ word >> 32
}

#[expect(clippy::as_conversions, reason = "the halves of a 128-bit number")]
fn halves(key: u128) -> [u64; 2] {
    [key as u64, (key >> 64) as u64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_every_size_hash_as_one_by_one() {
        let secrets = Secrets::new(0x1234_5678_9ABC_DEF0_1122_3344);
        let tokens: Vec<u32> = (0..2_000_u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
        let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.to_le_bytes()).collect();
        for size in [1, 15, 16, 17, 32, 48, 64, 96, 128, 256, 1_000] {
            let mut expected = Vec::new();
            let mut previous = 7;
            for block in tokens.chunks_exact(size) {
                previous = secrets.chain(previous, secrets.tokens(block));
                expected.push(previous);
            }
            let mut of_tokens = vec![0; expected.len()];
            let mut of_bytes = of_tokens.clone();
            let content = |block: &[u32]| secrets.tokens(block);
            let last = secrets.blocks(7, &tokens, size, &mut of_tokens, token_words, content);
            let content = |block: &[u8]| secrets.content(block);
            assert_eq!(secrets.blocks(7, &bytes, size * 4, &mut of_bytes, words, content), last);
            assert_eq!((of_tokens, of_bytes, last), (expected.clone(), expected, previous), "{size}");
        }
    }
}
