//! Numbers that depend on a seed and on what they are for, never on how many were drawn before.

/// A number for this purpose.
pub(super) fn draw(seed: u64, purpose: [u64; 3]) -> u64 {
    purpose.into_iter().fold(mix(seed), |state, part| mix(state ^ part))
}

/// A number for this purpose, at least 0 and below 1.
pub(super) fn share(seed: u64, purpose: [u64; 3]) -> f64 {
    (draw(seed, purpose) >> 11) as f64 / (1u64 << 53) as f64
}

/// A step of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
