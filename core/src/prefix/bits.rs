//! Arithmetic on the bits of hashes and table words.

/// The low 16 bits.
#[inline]
#[expect(clippy::as_conversions, reason = "truncation is meant")]
pub(super) const fn low16(word: u64) -> u16 {
    word as u16
}

/// `hash` scaled to `0..bound`: the high half of the 128-bit product.
#[inline]
#[expect(clippy::as_conversions, reason = "the product's high half is below the bound")]
pub(super) const fn scale(hash: u64, bound: usize) -> usize {
    ((hash as u128 * bound as u128) >> 64) as usize
}

/// Both halves of the 128-bit product, folded into one: the mixing step of wyhash.
#[inline(always)]
#[expect(clippy::as_conversions, reason = "truncation is meant")]
pub(super) const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}
