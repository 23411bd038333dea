//! When gateways scrape endpoints: every pair at its own phase of the same interval.

use super::draw::share;

#[derive(Debug)]
pub(super) struct Scrapes {
    interval: f64,
    seed: u64,
    /// In order of phase.
    pairs: Vec<Pair>,
    round: u64,
    next: usize,
}

#[derive(Clone, Copy, Debug)]
struct Pair {
    phase: f64,
    replica: usize,
    endpoint: usize,
}

impl Scrapes {
    pub(super) fn new(interval: f64, seed: u64) -> Self {
        Self { interval, seed, pairs: Vec::new(), round: 0, next: 0 }
    }

    /// All gateways scrape this endpoint too, after `now`.
    pub(super) fn add(&mut self, endpoint: usize, replicas: usize, now: f64) {
        for replica in 0..replicas {
            let phase = self.interval * share(self.seed, [1, replica as u64, endpoint as u64]);
            let at = self.pairs.partition_point(|pair| pair.phase <= phase);
            self.pairs.insert(at, Pair { phase, replica, endpoint });
        }
        self.seek(now);
    }

    /// Nobody scrapes this endpoint any more.
    pub(super) fn remove(&mut self, endpoint: usize, now: f64) {
        self.pairs.retain(|pair| pair.endpoint != endpoint);
        self.seek(now);
    }

    /// The time of the next scrape.
    pub(super) fn time(&self) -> f64 {
        self.pairs.get(self.next).map_or(f64::INFINITY, |pair| self.round as f64 * self.interval + pair.phase)
    }

    /// The gateway and the endpoint of the next scrape, which is done then.
    pub(super) fn pop(&mut self) -> Option<(usize, usize)> {
        let pair = self.pairs.get(self.next).copied()?;
        self.next += 1;
        if self.next == self.pairs.len() {
            (self.next, self.round) = (0, self.round + 1);
        }
        Some((pair.replica, pair.endpoint))
    }

    fn seek(&mut self, now: f64) {
        (self.round, self.next) = (((now / self.interval) as u64).saturating_sub(1), 0);
        while self.time() <= now {
            self.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_scraped_once_an_interval_at_its_phase() {
        let mut scrapes = Scrapes::new(0.5, 7);
        for endpoint in 0..3 {
            scrapes.add(endpoint, 2, 0.0);
        }
        let mut times = vec![Vec::new(); 6];
        let mut last = 0.0;
        for _ in 0..60 {
            let time = scrapes.time();
            assert!(time >= last);
            last = time;
            if let Some((replica, endpoint)) = scrapes.pop() {
                times[replica * 3 + endpoint].push(time);
            }
        }
        for pair in &times {
            assert_eq!(pair.len(), 10);
            assert!(pair.windows(2).all(|two| (two[1] - two[0] - 0.5).abs() < 1e-9));
        }
        assert_ne!(times[0][0].to_bits(), times[3][0].to_bits());
    }

    #[test]
    fn a_change_of_endpoints_moves_no_scrape_of_others_and_none_into_the_past() {
        let mut scrapes = Scrapes::new(0.5, 7);
        scrapes.add(0, 1, 0.0);
        let phase = scrapes.time();
        scrapes.add(1, 1, 100.25);
        assert!(scrapes.time() > 100.25);
        scrapes.remove(1, 200.0 + phase);
        assert!((scrapes.time() - (200.5 + phase)).abs() < 1e-9);
        scrapes.remove(0, 300.0);
        assert_eq!((scrapes.time(), scrapes.pop()), (f64::INFINITY, None));
    }
}
