//! Chance that can be replayed: every draw of a decision comes from one seed.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::convert::wide;
use crate::real;

/// Draws of shares are told in parts of this many: the most that a float tells apart.
pub(crate) const PARTS: u64 = 1 << 53;

/// The draws of one decision.
///
/// The same seed gives the same draws on every platform and in every release: the generator is Xoshiro256++ seeded through SplitMix64,
/// and bounded draws are ours because the range sampling of the `rand` crate may change between its releases.
#[derive(Clone, Debug)]
pub struct DecisionRng {
    /// Made at the first draw: most decisions of scorers draw nothing.
    generator: Option<Xoshiro256PlusPlus>,
    seed: u64,
}

impl DecisionRng {
    /// A generator for the decision with this seed.
    #[inline]
    pub fn from_seed(seed: u64) -> Self {
        Self { generator: None, seed }
    }

    /// The seed it was made from.
    #[inline]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// A number in `0..bound`, each as likely as any other up to `bound / 2^64`; 0 when `bound` is 0.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        let generator = self.generator.get_or_insert_with(|| Xoshiro256PlusPlus::seed_from_u64(self.seed));
        let [_, high] = halves(u128::from(generator.random::<u64>()) * u128::from(bound));
        high
    }

    /// Whether something happens that happens in `share` of all cases, with the number drawn of [`PARTS`]. No draw where it never or always does.
    pub(crate) fn happens(&mut self, share: f64) -> (bool, Option<u64>) {
        if share <= 0.0 || share >= 1.0 || share.is_nan() {
            return (share >= 1.0, None);
        }
        let number = self.below(PARTS);
        (real::of(number) < share * real::of(PARTS), Some(number))
    }

    /// [`below`](Self::below) for positions in a list.
    #[inline]
    #[expect(clippy::as_conversions, reason = "the result is below a usize")]
    pub(crate) fn position(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }
}

/// The seed of decision number `sequence` of a router: one SplitMix64 output, so that neighbours share no bits.
pub(crate) fn decision_seed(router_seed: u64, sequence: u64) -> u64 {
    mixed(router_seed.wrapping_add(sequence.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// The number that the decision with this seed gives the endpoint with this key. It depends on no other endpoint.
#[inline]
pub(crate) fn of_endpoint(decision_seed: u64, key: u64) -> u64 {
    mixed(decision_seed ^ key)
}

/// The key of a name, where names are compared by numbers.
pub(crate) fn name_key(name: &str) -> u64 {
    mixed(endpoint_key(name, None))
}

/// The key of an endpoint: FNV-1a over its id, a zero byte and its address.
pub(crate) fn endpoint_key(id: &str, address: Option<&str>) -> u64 {
    fnv(fnv(fnv(FNV_START, id.as_bytes()), &[0]), address.unwrap_or_default().as_bytes())
}

/// The hash of a text, eight bytes at a time: a byte at a time costs too much of a decision where the text is the key of every request.
///
/// Not for texts that must not collide, since anyone can make some that do.
#[inline]
pub(crate) fn text_hash(text: &[u8]) -> u64 {
    let (words, rest) = text.as_chunks();
    let fold = |hash: u64, word: [u8; 8]| {
        let product = u128::from(hash ^ u64::from_le_bytes(word)) * u128::from(0xBF58_476D_1CE4_E5B9_u64);
        let [low, high] = halves(product);
        low ^ high
    };
    let hash = words.iter().copied().fold(0x9E37_79B9_7F4A_7C15 ^ wide(text.len()), fold);
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    if rest.is_empty() { hash } else { fold(hash, last) }
}

/// Which of `count` equal parts of all hashes a hash is in; 0 where there are none.
#[inline]
pub(crate) fn part(hash: u64, count: usize) -> usize {
    let [_, high] = halves(u128::from(hash) * u128::from(wide(count)));
    usize::try_from(high).unwrap_or_default()
}

/// The lower and the upper half.
#[inline]
#[expect(clippy::as_conversions, reason = "the halves of 128 bits are 64 each")]
const fn halves(number: u128) -> [u64; 2] {
    [number as u64, (number >> 64) as u64]
}

/// What FNV-1a starts from.
pub(crate) const FNV_START: u64 = 0xCBF2_9CE4_8422_2325;

/// FNV-1a (64 bits) of more bytes. For short texts whose hash must be the same everywhere.
pub(crate) fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
}

/// The finaliser of SplitMix64.
fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_of_a_seed_are_pinned() {
        let mut rng = DecisionRng::from_seed(0);
        let drawn: Vec<u64> = (0..8).map(|_| rng.below(1000)).collect();
        assert_eq!(drawn, [324, 382, 359, 11, 495, 20, 857, 845]);
    }

    #[test]
    fn a_bound_of_zero_or_one_gives_zero() {
        let mut rng = DecisionRng::from_seed(9);
        assert_eq!((rng.below(0), rng.below(1)), (0, 0));
    }

    #[test]
    fn seeds_of_neighbouring_decisions_differ_in_many_bits() {
        for sequence in 0..1000 {
            let distance = (decision_seed(1, sequence) ^ decision_seed(1, sequence + 1)).count_ones();
            assert!(distance > 8, "decision {sequence}: {distance} bits");
        }
    }
}
