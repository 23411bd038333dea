//! What users of a run saw. The first tenth of the requests, by arrival, is warm-up and dropped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sim::{Outcome, Record};

/// The figures of one run. Times are seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The mean time from arrival to the first token.
    pub mean_ttft: f64,
    /// Its median.
    pub p50_ttft: f64,
    /// Its 99th percentile.
    pub p99_ttft: f64,
    /// The 99th percentile of a request's time to the first token over what it would be alone at an endpoint with an empty cache.
    pub p99_slowdown: f64,
    /// The mean time from arrival to the last token.
    pub mean_e2e: f64,
    /// The 99th percentile of the mean time between two tokens of an answer, of answers of two tokens and more.
    pub p99_tpot: f64,
    /// The share of requests with their first token within [`TTFT_GOAL`] and tokens within [`TPOT_GOAL`].
    pub goodput: f64,
    /// The share of prompt tokens that was found in caches.
    pub hit_rate: f64,
    /// The longest queue over the mean one, waiting and running together, both averaged over time; 1 is even.
    pub imbalance: f64,
    /// Jain's index of the tenants' mean slowdown: 1 if all are served alike, 1 / n if one of n bears everything.
    pub fairness: f64,
    /// How often a request was put out of a batch for want of KV space.
    pub preemptions: u64,
    /// The times to the first token that [`QUANTILES`] of the requests stay within.
    pub ttft_quantiles: Vec<f64>,
}

/// Seconds to the first token that count as good.
pub const TTFT_GOAL: f64 = 2.0;

/// Seconds a token that count as good.
pub const TPOT_GOAL: f64 = 0.050;

/// The shares of [`Figures::ttft_quantiles`].
pub const QUANTILES: [f64; 21] = [
    0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
    0.95, 0.99,
];

impl Figures {
    /// The figures of what a run left; nothing if no request was answered.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        let mut records: Vec<&Record> = outcome.records.iter().collect();
        records.sort_by(|one, other| {
            one.arrival.total_cmp(&other.arrival).then_with(|| one.number.cmp(&other.number))
        });
        let kept = &records[records.len() / 10..];
        let first = kept.first()?.arrival;
        let ttft = sorted(kept.iter().map(|record| record.ttft()));
        let tpots = sorted(kept.iter().filter_map(|record| tpot(record)));
        let good = |record: &&&Record| {
            record.ttft() <= TTFT_GOAL && tpot(record).is_none_or(|tpot| tpot <= TPOT_GOAL)
        };
        let sum =
            |tokens: fn(&Record) -> u32| kept.iter().map(|record| f64::from(tokens(record))).sum::<f64>();
        Some(Self {
            mean_ttft: mean(ttft.iter().copied()),
            p50_ttft: percentile(&ttft, 0.5),
            p99_ttft: percentile(&ttft, 0.99),
            p99_slowdown: percentile(&sorted(kept.iter().map(|record| slowdown(record))), 0.99),
            mean_e2e: mean(kept.iter().map(|record| record.end - record.arrival)),
            p99_tpot: percentile(&tpots, 0.99),
            goodput: kept.iter().filter(good).count() as f64 / kept.len() as f64,
            hit_rate: sum(|record| record.cached) / sum(|record| record.prompt),
            imbalance: imbalance(outcome, first),
            fairness: fairness(kept),
            preemptions: kept.iter().map(|record| u64::from(record.preemptions)).sum(),
            ttft_quantiles: QUANTILES.iter().map(|share| percentile(&ttft, *share)).collect(),
        })
    }
}

/// Seconds a token after the first one.
fn tpot(record: &Record) -> Option<f64> {
    (record.output > 1).then(|| (record.end - record.first_token) / f64::from(record.output - 1))
}

fn slowdown(record: &Record) -> f64 {
    record.ttft() / record.cold
}

fn imbalance(outcome: &Outcome, from: f64) -> f64 {
    let (mut longest, mut means) = (0.0, 0.0);
    for sample in outcome.samples.iter().filter(|sample| sample.at >= from && !sample.loads.is_empty()) {
        let queues = || sample.loads.iter().map(|load| f64::from(load.waiting + load.running));
        longest += queues().fold(0.0, f64::max);
        means += mean(queues());
    }
    if means > 0.0 { longest / means } else { 1.0 }
}

fn fairness(records: &[&Record]) -> f64 {
    let mut tenants: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for record in records {
        tenants.entry(record.tenant).or_default().push(slowdown(record));
    }
    let means: Vec<f64> = tenants.values().map(|slowdowns| mean(slowdowns.iter().copied())).collect();
    let (sum, squares) = means.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    if squares > 0.0 { sum * sum / (means.len() as f64 * squares) } else { 1.0 }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The least value that this share of the sorted values does not exceed; 0 if there is none.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::{Figures, percentile};
    use crate::sim::{Load, Outcome, Record, Sample};

    fn record(number: usize, ttft: f64, decode: f64) -> Record {
        Record {
            number,
            tenant: 0,
            arrival: number as f64,
            replica: 0,
            endpoint: 0,
            attempts: 1,
            first_token: number as f64 + ttft,
            end: number as f64 + ttft + decode,
            prompt: 100,
            cached: 25,
            output: 11,
            preemptions: 0,
            cold: 0.5,
        }
    }

    fn near(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-9, "{got} instead of {expected}");
    }

    fn figures(outcome: &Outcome) -> Figures {
        Figures::of(outcome).unwrap_or_else(|| panic!("no figures"))
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        near(percentile(&values, 0.99), 99.0);
        near(percentile(&values, 0.5), 50.0);
        near(percentile(&values[..1], 0.01), 1.0);
        near(percentile(&[], 0.5), 0.0);
    }

    #[test]
    fn figures_are_those_of_hand_made_records() {
        // The first of ten is warm-up, however bad.
        let mut records = vec![record(0, 1_000.0, 1_000.0)];
        records.extend((1..8).map(|n| record(n, 1.0, 0.1)));
        records.push(record(8, 3.0, 0.1));
        records.push(record(9, 1.0, 1.0));
        let got = figures(&Outcome { records, ..Outcome::default() });
        near(got.mean_ttft, 11.0 / 9.0);
        near(got.p50_ttft, 1.0);
        near(got.p99_ttft, 3.0);
        near(got.p99_slowdown, 6.0);
        near(got.mean_e2e, (7.0 * 1.1 + 3.1 + 2.0) / 9.0);
        near(got.p99_tpot, 0.1);
        // One is too late, one too slow.
        near(got.goodput, 7.0 / 9.0);
        near(got.hit_rate, 0.25);
        near(got.fairness, 1.0);
        near(got.imbalance, 1.0);
    }

    #[test]
    fn an_answer_of_one_token_has_no_time_between_tokens() {
        let one = Record { output: 1, end: 1.0, ..record(0, 1.0, 0.0) };
        let got = figures(&Outcome { records: vec![one], ..Outcome::default() });
        near(got.p99_tpot, 0.0);
        near(got.goodput, 1.0);
        assert_eq!(Figures::of(&Outcome::default()), None);
    }

    #[test]
    fn fairness_is_jains_index_over_tenants_not_requests() {
        // Slowdowns 2 (of two requests) and 6: (2 + 6)^2 / (2 * (4 + 36)).
        let records = vec![
            Record { tenant: 1, ..record(0, 0.5, 0.1) },
            Record { tenant: 1, ..record(1, 1.5, 0.1) },
            Record { tenant: 2, ..record(2, 3.0, 0.1) },
        ];
        near(figures(&Outcome { records, ..Outcome::default() }).fairness, 64.0 / 80.0);
    }

    #[test]
    fn imbalance_is_the_longest_queue_over_the_mean_one() {
        let sample = |at, queues: [u32; 2]| Sample {
            at,
            loads: queues.map(|queue| Load { endpoint: 0, waiting: 1, running: queue - 1 }).into(),
        };
        let records = vec![record(5, 1.0, 0.1)];
        // What was before the first request that counts does not count.
        let samples = vec![sample(4.0, [9, 1]), sample(5.0, [3, 1]), sample(6.0, [2, 2])];
        near(figures(&Outcome { records, samples, ..Outcome::default() }).imbalance, 5.0 / 4.0);
    }
}
