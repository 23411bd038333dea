//! Arithmetic on floats that gives the same bits on every platform: sums, products and quotients only, because the last bits of a library's
//! exponentials differ from one platform to the next.

use crate::units::Nanos;

/// The nearest float to a number; exact up to 2^53.
#[inline]
#[expect(
    clippy::as_conversions,
    reason = "rounding is defined by IEEE 754, and numbers beyond 2^53 are no counts"
)]
pub(crate) fn of(number: u64) -> f64 {
    // What is no more than a signed number can be is converted by one instruction.
    i64::try_from(number).map_or(number as f64, |number| number as f64)
}

/// The lesser of two numbers, the second where one is not a number: one instruction, where the library's asks which of them is a number.
#[inline(always)]
pub(crate) fn lesser(one: f64, other: f64) -> f64 {
    if one < other { one } else { other }
}

/// The greater of two numbers, the second where one is not a number.
#[inline(always)]
pub(crate) fn greater(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

/// 1 / n! from 16 down to 0. The first term left out of e^x is below 2^-56 of the sum for -0.7 < x <= 0.
const SERIES: [f64; 17] = [
    1.0 / 20_922_789_888_000.0,
    1.0 / 1_307_674_368_000.0,
    1.0 / 87_178_291_200.0,
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    1.0 / 2.0,
    1.0,
    1.0,
];

/// 2^-(elapsed / half_life): what is left of something that halves in every `half_life`. Within 2 ulp.
pub(crate) fn left_after(elapsed: Nanos, half_life: Nanos) -> f64 {
    // Most calls on a busy pool come within one unit of time.
    if elapsed.get() == 0 {
        return 1.0;
    }
    let halvings = of(elapsed.get()) / of(half_life.get().max(1));
    if halvings >= 1000.0 {
        return 0.0;
    }
    let whole = halvings.floor();
    let exponent = -(halvings - whole) * std::f64::consts::LN_2;
    let sum = SERIES.iter().fold(0.0, |sum, term| sum * exponent + term);
    // Halving is exact.
    #[expect(clippy::as_conversions, reason = "below 1000, so a whole number of 10 bits")]
    let power = f64::from_bits((1023 - whole as u64) << 52);
    sum * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_numbers_one_is_taken() {
        assert_eq!((lesser(1.0, 2.0), greater(1.0, 2.0)), (1.0, 2.0));
        assert_eq!((lesser(f64::NAN, 2.0), greater(f64::NAN, 2.0)), (2.0, 2.0));
    }

    #[test]
    fn halves_in_every_half_life() {
        let left = |elapsed| left_after(Nanos::new(elapsed), Nanos::new(1000));
        assert_eq!([0, 1000, 2000, 10_000].map(left), [1.0, 0.5, 0.25, 1.0 / 1024.0]);
        assert_eq!(left(1_000_000), 0.0);
        assert_eq!(left_after(Nanos::new(u64::MAX), Nanos::new(0)), 0.0);
        for elapsed in 0..5000 {
            let exact = (-of(elapsed) / 1000.0).exp2();
            assert!((left(elapsed) - exact).abs() <= exact * 4.0 * f64::EPSILON, "{elapsed}");
            assert!(left(elapsed) > left(elapsed + 1));
        }
        assert_eq!(left(333).to_bits(), 0x3fe9_677f_4605_7bdd, "pinned: the same bits everywhere");
    }
}
