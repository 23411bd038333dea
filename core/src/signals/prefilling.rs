//! How much of an endpoint's time goes to prompts.

use super::decaying::Decaying;
use crate::units::Nanos;

/// After how long half of a prompt is forgotten: about as long as an answer takes, whose steps prompts stand in.
const HALF_LIFE: Nanos = Nanos::new(10_000_000_000);

/// Seconds that prompts sent to one endpoint ask of it, at a pace of 1. Counted from when they were sent: those in line will stand in the way of the
/// answers that are under way when they are worked on.
#[derive(Debug, Default)]
pub(crate) struct Prefilling {
    seconds: Decaying,
}

impl Prefilling {
    pub(crate) fn sent(&self, seconds: f64, now: Nanos) {
        self.seconds.add(seconds, now, HALF_LIFE);
    }

    /// Seconds a second; more than 1 where more was sent than it can work off.
    #[inline]
    pub(crate) fn share(&self, now: Nanos) -> f64 {
        self.seconds.a_second(now, HALF_LIFE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_counted_at_its_share_and_fades_when_it_ends() {
        let prefilling = Prefilling::default();
        assert_eq!(prefilling.share(Nanos::new(0)), 0.0, "nothing was sent");
        for tenth in 0..1200_u64 {
            prefilling.sent(0.04, Nanos::new(tenth * 100_000_000));
        }
        let share = prefilling.share(Nanos::new(119_950_000_000));
        assert!((share - 0.4).abs() < 0.01, "{share}");
        let later = prefilling.share(Nanos::new(129_900_000_000));
        assert!((later / share - 0.5).abs() < 0.01, "{later} of {share}");
    }
}
