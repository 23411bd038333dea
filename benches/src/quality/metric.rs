//! The figures by name.

use super::metrics::Figures;

/// One of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Mean time to the first token.
    MeanTtft,
    /// Median time to the first token.
    P50Ttft,
    /// 99th percentile of the time to the first token.
    P99Ttft,
    /// 99th percentile of the slowdown.
    P99Slowdown,
    /// Mean time to the last token.
    MeanE2e,
    /// 99th percentile of the time between tokens.
    P99Tpot,
    /// Share of good requests.
    Goodput,
    /// Share of prompt tokens found in caches.
    HitRate,
    /// Longest over mean queue.
    Imbalance,
    /// Jain's index over tenants.
    Fairness,
}

impl Metric {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 10] = [
        Self::MeanTtft,
        Self::P50Ttft,
        Self::P99Ttft,
        Self::P99Slowdown,
        Self::MeanE2e,
        Self::P99Tpot,
        Self::Goodput,
        Self::HitRate,
        Self::Imbalance,
        Self::Fairness,
    ];

    /// Its value.
    pub fn of(self, figures: &Figures) -> f64 {
        match self {
            Self::MeanTtft => figures.mean_ttft,
            Self::P50Ttft => figures.p50_ttft,
            Self::P99Ttft => figures.p99_ttft,
            Self::P99Slowdown => figures.p99_slowdown,
            Self::MeanE2e => figures.mean_e2e,
            Self::P99Tpot => figures.p99_tpot,
            Self::Goodput => figures.goodput,
            Self::HitRate => figures.hit_rate,
            Self::Imbalance => figures.imbalance,
            Self::Fairness => figures.fairness,
        }
    }

    /// Its heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::MeanTtft => "mean TTFT",
            Self::P50Ttft => "p50 TTFT",
            Self::P99Ttft => "p99 TTFT",
            Self::P99Slowdown => "p99 slowdown",
            Self::MeanE2e => "mean E2E",
            Self::P99Tpot => "p99 TPOT",
            Self::Goodput => "goodput",
            Self::HitRate => "hit rate",
            Self::Imbalance => "imbalance",
            Self::Fairness => "fairness",
        }
    }

    /// Whether it is a share, of which more is better and differences are compared. Of the others less is better and ratios are compared.
    pub fn is_share(self) -> bool {
        matches!(self, Self::Goodput | Self::HitRate | Self::Fairness)
    }
}
