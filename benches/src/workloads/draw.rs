//! Seeded draws. The numbers behind a seed are part of the protocol: another version of a library must not change them.

/// A generator (SplitMix64) with the distributions that workloads need.
#[derive(Clone, Debug)]
pub struct Draw {
    state: u64,
}

impl Draw {
    /// The draws of this seed for this purpose. Purposes do not share draws.
    pub fn of(purpose: &str, seed: u64) -> Self {
        let label = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let mut draw = Self { state: label ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) };
        draw.bits();
        draw
    }

    /// 64 even bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Even in 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Even in `0..below`, which is at least 1.
    pub fn below(&mut self, below: usize) -> usize {
        ((u128::from(self.bits()) * below as u128) >> 64) as usize
    }

    /// Even between two bounds.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Exponential with this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Normal with mean 0 and variance 1 (Box and Muller, one of the pair).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Log-normal with this median; `sigma` is the deviation of its logarithm.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// A log-normal number of tokens within bounds.
    pub fn tokens(&mut self, median: f64, sigma: f64, low: u32, high: u32) -> u32 {
        (self.lognormal(median, sigma).round() as u32).clamp(low, high)
    }

    /// 1, 2, ... with this mean, each further one as likely as the one before it.
    pub fn geometric(&mut self, mean: f64) -> usize {
        if mean <= 1.0 {
            return 1;
        }
        let go_on = 1.0 - 1.0 / mean;
        1 + ((1.0 - self.unit()).ln() / go_on.ln()) as usize
    }

    /// Gamma with this mean; below 1, a smaller `shape` means bursts and silences (Marsaglia and Tsang, 2000).
    pub fn gamma(&mut self, shape: f64, mean: f64) -> f64 {
        let boost = if shape < 1.0 { (1.0 - self.unit()).powf(1.0 / shape) } else { 1.0 };
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && (1.0 - self.unit()).ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
                return d * v * boost * mean / shape;
            }
        }
    }

    /// Puts a list into an order that is as likely as any other.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

/// Ranks that are drawn in proportion to 1 / rank^exponent.
#[derive(Clone, Debug)]
pub struct Zipf {
    until: Vec<f64>,
}

impl Zipf {
    /// Ranks `0..ranks`.
    pub fn new(ranks: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let until = (1..=ranks)
            .map(|rank| {
                sum += (rank as f64).powf(-exponent);
                sum
            })
            .collect();
        Self { until }
    }

    /// Draws a rank.
    pub fn draw(&self, draw: &mut Draw) -> usize {
        let point = draw.unit() * self.until.last().copied().unwrap_or(0.0);
        self.until.partition_point(|until| *until <= point).min(self.until.len().saturating_sub(1))
    }

    /// The probability of a rank.
    pub fn share(&self, rank: usize) -> f64 {
        let before = if rank == 0 { 0.0 } else { self.until[rank - 1] };
        (self.until[rank] - before) / self.until[self.until.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::{Draw, Zipf};

    fn moments(mut value: impl FnMut() -> f64) -> (f64, f64) {
        let values: Vec<f64> = (0..200_000).map(|_| value()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64)
    }

    fn near(got: f64, expected: f64, tolerance: f64) {
        assert!(
            (got - expected).abs() <= tolerance * expected.abs().max(1e-9),
            "{got} instead of {expected}"
        );
    }

    #[test]
    fn means_and_variances_are_those_of_the_distributions() {
        let mut draw = Draw::of("moments", 1);
        let (mean, variance) = moments(|| draw.unit());
        near(mean, 0.5, 0.01);
        near(variance, 1.0 / 12.0, 0.02);
        let (mean, variance) = moments(|| draw.exponential(3.0));
        near(mean, 3.0, 0.02);
        near(variance, 9.0, 0.05);
        let (mean, variance) = moments(|| draw.normal() + 1.0);
        near(mean, 1.0, 0.02);
        near(variance, 1.0, 0.02);
        let (mean, _) = moments(|| draw.lognormal(100.0, 0.5));
        near(mean, 100.0 * 0.125_f64.exp(), 0.02);
        let (mean, variance) = moments(|| draw.gamma(0.25, 2.0));
        near(mean, 2.0, 0.03);
        near(variance, 16.0, 0.08);
        let (mean, variance) = moments(|| draw.gamma(4.0, 2.0));
        near(mean, 2.0, 0.02);
        near(variance, 1.0, 0.04);
        let (mean, _) = moments(|| draw.geometric(4.0) as f64);
        near(mean, 4.0, 0.02);
    }

    #[test]
    fn zipf_ranks_have_their_shares() {
        let (zipf, mut draw) = (Zipf::new(3, 1.0), Draw::of("zipf", 1));
        near(zipf.share(0), 6.0 / 11.0, 1e-12);
        near(zipf.share(2), 2.0 / 11.0, 1e-12);
        let mut counts = [0_u32; 3];
        for _ in 0..110_000 {
            counts[zipf.draw(&mut draw)] += 1;
        }
        for (count, expected) in counts.into_iter().zip([60_000.0, 30_000.0, 20_000.0]) {
            near(f64::from(count), expected, 0.03);
        }
    }

    #[test]
    fn a_shuffle_keeps_everything_and_seeds_differ() {
        let shuffled = |seed| {
            let mut list: Vec<u32> = (0..50).collect();
            Draw::of("shuffle", seed).shuffle(&mut list);
            list
        };
        let mut sorted = shuffled(1);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
    }
}
