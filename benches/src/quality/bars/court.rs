//! How the demands of bars are measured.

use super::{Check, Limit};
use crate::quality::bootstrap::{self, Interval};
use crate::quality::cell::Cell;
use crate::quality::compare::{Rival, interval, worst};
use crate::quality::metric::Metric::{self, MeanTtft};
use crate::quality::results::Results;
use crate::quality::sustained;

/// Measures what bars ask.
pub(super) struct Court<'a> {
    pub(super) results: &'a Results,
    pub(super) ours: &'a str,
    pub(super) peers: &'a [&'a str],
}

impl Court<'_> {
    pub(super) fn check(
        &self,
        what: &str,
        cells: &[usize],
        rival: Rival<'_>,
        metric: Metric,
        limit: Limit,
    ) -> Check {
        Check {
            what: what.to_owned(),
            limit,
            measured: interval(self.results, cells, self.ours, rival, metric),
        }
    }

    pub(super) fn at_most(&self, cells: &[usize], peer: &str, metric: Metric, limit: f64) -> Check {
        let what = format!("{}, {peer}", metric.heading());
        self.check(&what, cells, Rival::Named(peer), metric, Limit::AtMost(limit))
    }

    pub(super) fn worst(
        &self,
        what: &str,
        cells: &[usize],
        rival: Rival<'_>,
        metric: Metric,
        limit: f64,
    ) -> Check {
        let worst = worst(self.results, cells, self.ours, rival, metric);
        let name = worst.map_or(String::new(), |(cell, _)| format!(": {}", self.results.cells()[cell]));
        Check {
            what: format!("{what}, worst cell{name}"),
            limit: Limit::AtMost(limit),
            measured: worst.map(|(_, interval)| interval),
        }
    }

    pub(super) fn sustained(&self) -> Vec<Check> {
        let all = sustained::compare(self.results, self.ours, self.peers);
        let logs: Vec<Vec<f64>> = all.iter().map(|one| vec![(one.ours / one.best).ln()]).collect();
        let worst =
            all.iter().min_by(|one, other| (one.ours / one.best).total_cmp(&(other.ours / other.best)));
        let least = |one: &sustained::Sustained| {
            let value = one.ours / one.best;
            Interval { value, low: value, high: value }
        };
        vec![
            Check {
                what: "geometric mean".to_owned(),
                limit: Limit::AtLeast(1.05),
                measured: bootstrap::geometric(&logs),
            },
            Check {
                what: worst.map_or("worst".to_owned(), |one| format!("worst: {}", one.name)),
                limit: Limit::AtLeast(0.98),
                measured: worst.map(least),
            },
        ]
    }

    /// The worst of our mean TTFT in cells with this setting, over that in the cell that differs in nothing else.
    pub(super) fn degradation(&self, what: &str, field: fn(&mut Cell) -> &mut f64, value: f64) -> Check {
        let strange = self.results.select(|cell| {
            let mut cell = cell.clone();
            let usual = *field(&mut Cell::plain("", "", 0, 0.0));
            std::mem::replace(field(&mut cell), usual) == value && cell.is_plain()
        });
        let logs = strange.iter().filter_map(|number| {
            let mut usual = self.results.cells()[*number].clone();
            *field(&mut usual) = *field(&mut Cell::plain("", "", 0, 0.0));
            let usual = *self.results.select(|cell| *cell == usual).first()?;
            let pairs: Vec<f64> = self
                .results
                .figures(*number, self.ours)
                .filter_map(|(seed, figures)| {
                    let (_, before) =
                        self.results.figures(usual, self.ours).find(|(other, _)| *other == seed)?;
                    Some((figures.mean_ttft / before.mean_ttft).ln())
                })
                .collect();
            Some((*number, bootstrap::geometric(&[pairs])?))
        });
        let worst = logs.max_by(|(_, one), (_, other)| one.value.total_cmp(&other.value));
        let name = worst.map_or(String::new(), |(cell, _)| format!(": {}", self.results.cells()[cell]));
        Check {
            what: format!("mean TTFT, {what}, worst cell{name}"),
            limit: Limit::AtMost(1.05),
            measured: worst.map(|(_, interval)| interval),
        }
    }

    pub(super) fn calibration(&self, miscalibrated: &[&str]) -> Vec<Check> {
        let all = self.results.select(|_| true);
        let check = |name: &&str| {
            let worst = worst(self.results, &all, name, Rival::Named(self.ours), MeanTtft);
            let cell = worst.map_or(String::new(), |(cell, _)| format!(": {}", self.results.cells()[cell]));
            Check {
                what: format!("mean TTFT, {name}, worst cell{cell}"),
                limit: Limit::AtMost(1.06),
                measured: worst.map(|(_, interval)| interval),
            }
        };
        miscalibrated.iter().map(check).collect()
    }
}
