//! What the test found, in one line.

use std::time::Duration;

use serde::Serialize;

/// The outcome of a load test.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// All requests.
    pub requests: u64,
    /// Answered whole, by the right server.
    pub ok: u64,
    /// Broken off with the server that had begun to answer: nothing that a fallback could serve.
    pub cut: u64,
    /// Refused, failed or never ended.
    pub lost: u64,
    /// Served by the wrong pool, or by a version of the manifest that was gone.
    pub wrong: u64,
    /// Versions of the manifest that were written after the first.
    pub reloads: u64,
    /// Those that an answer showed.
    pub reloads_seen: u64,
    /// Servers killed.
    pub kills: u64,
    /// Servers hung.
    pub hangs: u64,
    /// What the gateway counts in flight in the end; nothing where it was not asked.
    pub in_flight: Option<u64>,
    /// What servers still work on in the end.
    pub running: u64,
    /// Time to the head of the answer.
    pub first_byte_ms: Figures,
    /// Time to its end.
    pub whole_ms: Figures,
    /// The first few of the lost and the wrong.
    pub examples: Vec<String>,
}

impl Report {
    /// Whether the gateway passed.
    pub fn passed(&self) -> bool {
        (self.lost, self.wrong, self.running) == (0, 0, 0)
            && self.ok > 0
            && self.reloads_seen == self.reloads
            && self.in_flight.unwrap_or(0) == 0
    }
}

/// Milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Figures {
    /// Half take at most this.
    pub p50: f64,
    /// All but a hundredth take at most this.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

#[derive(Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn figures(&mut self) -> Figures {
        self.0.sort_unstable();
        let at = |share: f64| {
            let last = self.0.len().saturating_sub(1);
            let time = self.0.get((last as f64 * share).round() as usize).copied().unwrap_or_default();
            (time.as_secs_f64() * 1e6).round() / 1e3
        };
        Figures { p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_milliseconds_of_the_sorted_times() {
        let mut times = Times((1..=101).rev().map(Duration::from_millis).collect());
        let figures = times.figures();
        assert_eq!((figures.p50, figures.p99, figures.max), (51.0, 100.0, 101.0));
        assert_eq!(Times::default().figures().max, 0.0);
    }
}
