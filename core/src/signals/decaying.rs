//! A number that halves in every half-life, in one atomic.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::real;
use crate::units::Nanos;

/// Times are kept in units of about 4 ms, so that they come round after 200 days.
const UNIT_BITS: u32 = 22;
/// Nanoseconds of one: 2 to the power of that.
const UNIT: f64 = 4_194_304.0;

/// A number and the time it is of: a float of 32 bits, and 32 bits of time. All bits 0 where it was never told.
#[derive(Debug, Default)]
pub(crate) struct Decaying {
    word: AtomicU64,
}

impl Decaying {
    /// What is left by `now`; `None` where nothing was ever told.
    #[inline]
    pub(crate) fn get(&self, now: Nanos, half_life: Nanos) -> Option<f64> {
        let word = self.word.load(Ordering::Relaxed);
        (word != 0).then(|| value(word) * left(word, now, half_life))
    }

    /// What it was when it was last told; `None` where nothing ever was.
    pub(crate) fn latest(&self) -> Option<f64> {
        let word = self.word.load(Ordering::Relaxed);
        (word != 0).then(|| value(word))
    }

    /// What is left by `now` if it had faded as 1 / (1 + time / half-life) since it was last told.
    #[inline]
    pub(crate) fn faded(&self, now: Nanos, half_life: Nanos) -> Option<f64> {
        faded(self.word.load(Ordering::Relaxed), now, half_life)
    }

    /// The same of two numbers that are mostly told together, for the price of one where they were.
    #[inline]
    pub(crate) fn both_faded(&self, other: &Self, now: Nanos, half_life: Nanos) -> [Option<f64>; 2] {
        let (one, other) = (self.word.load(Ordering::Relaxed), other.word.load(Ordering::Relaxed));
        if one == 0 || low_half(one) != low_half(other) {
            return [one, other].map(|word| faded(word, now, half_life));
        }
        let fading = fading(one, now, half_life);
        [one, other].map(|word| Some(value(word) * fading))
    }

    /// The same of this or another number, whichever was larger when it was last told. Neither is negative.
    #[inline]
    pub(crate) fn larger_faded(&self, other: &Self, now: Nanos, half_life: Nanos) -> Option<f64> {
        // Floats that are not negative have the order of their bits, and those come first.
        let word = self.word.load(Ordering::Relaxed).max(other.word.load(Ordering::Relaxed));
        faded(word, now, half_life)
    }

    /// How much is added to it in a second, if that goes on as it did: what is halved in every half-life stays the same where ln 2 of it comes in one.
    #[inline]
    pub(crate) fn a_second(&self, now: Nanos, half_life: Nanos) -> f64 {
        self.faded(now, half_life).unwrap_or_default() * (std::f64::consts::LN_2 / half_life.seconds())
    }

    /// Adds to what is left.
    pub(crate) fn add(&self, amount: f64, now: Nanos, half_life: Nanos) {
        self.change(now, |word| value(word) * left(word, now, half_life) + amount);
    }

    /// Takes a sample into a mean that goes up at once and down slowly: a larger sample replaces the mean, a smaller one draws it down by the share that has
    /// decayed since the last (peak EWMA, as in Finagle's and linkerd's balancers).
    pub(crate) fn sample(&self, sample: f64, now: Nanos, half_life: Nanos) {
        self.change(now, |word| {
            let (mean, left) = (value(word), left(word, now, half_life));
            if word == 0 || sample > mean { sample } else { mean * left + sample * (1.0 - left) }
        });
    }

    fn change(&self, now: Nanos, next: impl Fn(u64) -> f64) {
        let changed = |word| {
            #[expect(clippy::as_conversions, reason = "rounding to 32 bits is defined by IEEE 754")]
            let value = next(word) as f32;
            // The lowest bit of a word is set once it was told; it is far below what the time is good for.
            Some(u64::from(value.to_bits()) << 32 | units(now) | 1)
        };
        _ = self.word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, changed);
    }
}

#[inline]
fn faded(word: u64, now: Nanos, half_life: Nanos) -> Option<f64> {
    (word != 0).then(|| value(word) * fading(word, now, half_life))
}

/// 1 / (1 + time / half-life) of the time since a word was told.
#[inline]
fn fading(word: u64, now: Nanos, half_life: Nanos) -> f64 {
    let half_life = real::of(half_life.get().max(1));
    half_life / (half_life + f64::from(elapsed_units(word, now)) * UNIT)
}

#[inline]
fn value(word: u64) -> f64 {
    let bits = u32::try_from(word >> 32).unwrap_or_default();
    f64::from(f32::from_bits(bits))
}

fn units(time: Nanos) -> u64 {
    time.get() >> UNIT_BITS & u64::from(u32::MAX)
}

fn left(word: u64, now: Nanos, half_life: Nanos) -> f64 {
    real::left_after(elapsed(word, now), half_life)
}

/// Since the word was told. None where that is a moment later than `now`, of which another thread may have told.
fn elapsed(word: u64, now: Nanos) -> Nanos {
    Nanos::new(u64::from(elapsed_units(word, now)) << UNIT_BITS)
}

#[inline]
fn elapsed_units(word: u64, now: Nanos) -> u32 {
    let elapsed = low_half(units(now)).wrapping_sub(low_half(word) & !1);
    if elapsed >> 31 == 1 { 0 } else { elapsed }
}

#[inline]
#[expect(clippy::as_conversions, reason = "truncation is meant")]
fn low_half(word: u64) -> u32 {
    word as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_LIFE: Nanos = Nanos::new(10 << 30);

    fn at(half_lives: u64) -> Nanos {
        Nanos::new(half_lives * HALF_LIFE.get())
    }

    #[test]
    fn sums_halve_and_never_told_is_nothing() {
        let sum = Decaying::default();
        assert_eq!((sum.get(at(0), HALF_LIFE), sum.latest()), (None, None));
        sum.add(3.0, at(0), HALF_LIFE);
        sum.add(1.0, at(1), HALF_LIFE);
        assert_eq!(sum.get(at(1), HALF_LIFE), Some(2.5));
        assert_eq!(sum.get(at(2), HALF_LIFE), Some(1.25));
        assert_eq!(sum.latest(), Some(2.5), "as of the last telling");
        assert_eq!(sum.get(at(0), HALF_LIFE), Some(2.5), "a moment before it was told");
        assert_eq!(sum.get(Nanos::new(u64::MAX >> 20), HALF_LIFE), Some(0.0));
    }

    #[test]
    fn two_numbers_fade_together_as_each_does_alone() {
        let (one, other) = (Decaying::default(), Decaying::default());
        let alone = |now| [one.faded(now, HALF_LIFE), other.faded(now, HALF_LIFE)];
        assert_eq!(one.both_faded(&other, at(1), HALF_LIFE), [None; 2]);
        one.add(8.0, at(1), HALF_LIFE);
        assert_eq!(one.both_faded(&other, at(2), HALF_LIFE), alone(at(2)));
        other.add(6.0, at(1), HALF_LIFE);
        assert_eq!(one.both_faded(&other, at(2), HALF_LIFE), [Some(4.0), Some(3.0)]);
        other.add(1.0, at(3), HALF_LIFE);
        assert_eq!(one.both_faded(&other, at(4), HALF_LIFE), alone(at(4)));
    }

    #[test]
    fn of_two_numbers_the_larger_as_they_were_told_counts() {
        let (one, other) = (Decaying::default(), Decaying::default());
        assert_eq!(one.larger_faded(&other, at(0), HALF_LIFE), None);
        one.add(8.0, at(0), HALF_LIFE);
        other.add(6.0, at(1), HALF_LIFE);
        for (one, other) in [(&one, &other), (&other, &one)] {
            assert_eq!(one.larger_faded(other, at(1), HALF_LIFE), Some(4.0));
        }
    }

    #[test]
    fn peaks_come_at_once_and_go_slowly() {
        let mean = Decaying::default();
        mean.sample(8.0, at(0), HALF_LIFE);
        mean.sample(100.0, at(1), HALF_LIFE);
        assert_eq!(mean.get(at(1), HALF_LIFE), Some(100.0));
        mean.sample(20.0, at(2), HALF_LIFE);
        assert_eq!(mean.get(at(2), HALF_LIFE), Some(60.0));
        mean.sample(0.0, at(2), HALF_LIFE);
        assert_eq!(mean.get(at(2), HALF_LIFE), Some(60.0), "no time has passed");
    }
}
