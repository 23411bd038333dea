//! How much longer prompts take than they should.

use super::decaying::Decaying;
use crate::units::Nanos;

/// Sums of seconds, half of which are forgotten in each half-life.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    taken: Decaying,
    foreseen: Decaying,
}

/// Seconds that prompts took, and that they should have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Measured {
    pub(crate) taken: f64,
    pub(crate) foreseen: f64,
}

impl Pace {
    /// A prompt that should have taken `foreseen` seconds took `taken`.
    pub(crate) fn measured(&self, taken: Nanos, foreseen: f64, now: Nanos, half_life: Nanos) {
        self.taken.add(taken.seconds(), now, half_life);
        self.foreseen.add(foreseen, now, half_life);
    }

    /// What counts of it by now. Since the last prompt it fades as 1 / (1 + time / half-life), which is quicker to work out than a power of two.
    #[inline]
    pub(crate) fn sums(&self, now: Nanos, half_life: Nanos) -> Measured {
        let [taken, foreseen] = self.taken.both_faded(&self.foreseen, now, half_life);
        Measured { taken: taken.unwrap_or_default(), foreseen: foreseen.unwrap_or_default() }
    }

    /// The sums as of the last prompt.
    #[inline]
    pub(crate) fn latest(&self) -> Measured {
        let read = |sum: &Decaying| sum.latest().unwrap_or_default();
        Measured { taken: read(&self.taken), foreseen: read(&self.foreseen) }
    }
}

impl Measured {
    /// What was taken over what was foreseen; `None` where nothing was measured.
    pub(crate) fn ratio(self) -> Option<f64> {
        (self.foreseen > 0.0).then(|| self.taken / self.foreseen)
    }

    /// What was taken over what was foreseen, as if `prior` seconds more had been foreseen and gone at the pace `otherwise`; that alone where nothing is
    /// ever believed.
    #[inline]
    pub(crate) fn pace(self, prior: f64, otherwise: f64) -> f64 {
        let pace = (self.taken + prior * otherwise) / (self.foreseen + prior);
        if pace > 0.0 && pace < f64::INFINITY { pace } else { otherwise }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_LIFE: Nanos = Nanos::new(10 << 30);

    fn at(half_lives: u64) -> Nanos {
        Nanos::new(half_lives * HALF_LIFE.get())
    }

    #[test]
    fn pace_is_what_prompts_took_over_what_they_should_have() {
        let pace = Pace::default();
        assert_eq!((pace.latest().ratio(), pace.sums(at(0), HALF_LIFE)), (None, Measured::default()));
        pace.measured(Nanos::new(6_000_000_000), 2.0, at(1), HALF_LIFE);
        assert_eq!(pace.latest().ratio(), Some(3.0));
        assert_eq!(pace.sums(at(1), HALF_LIFE).pace(2.0, 1.0), 2.0);
        let faded = pace.sums(at(2), HALF_LIFE);
        assert_eq!((faded.taken, faded.foreseen), (3.0, 1.0));
    }

    #[test]
    fn what_is_not_measured_goes_as_elsewhere() {
        assert_eq!(Measured::default().pace(4.0, 0.5), 0.5);
        let measured = Measured { taken: 6.0, foreseen: 2.0 };
        assert_eq!(measured.pace(f64::INFINITY, 1.0), 1.0, "never believed");
    }
}
