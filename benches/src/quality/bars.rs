//! The bars that the shipped router is held to, computed from results. A bar is about the cells of its kind that were run; without any it says so.

mod court;

use court::Court;

use super::bootstrap::Interval;
use super::cell::{Cell, Pool};
use super::compare::Rival;
use super::matrix::is_overload;
use super::metric::Metric::{Fairness, Goodput, MeanE2e, MeanTtft, P99Slowdown, P99Ttft};
use super::results::Results;
use super::strategy::{Role, Strategy};

/// Who plays which part, by name.
#[derive(Clone, Debug, Default)]
pub struct Cast<'s> {
    /// The shipped router as recommended.
    pub shipped: Option<&'s str>,
    /// The same with wrong costs.
    pub miscalibrated: Vec<&'s str>,
    /// The same without a part.
    pub ablated: Vec<&'s str>,
    /// The others.
    pub peers: Vec<&'s str>,
}

impl<'s> Cast<'s> {
    /// The parts of these strategies.
    pub fn of(strategies: &'s [Strategy]) -> Self {
        let all = |role| {
            let those = strategies.iter().filter(move |strategy| strategy.role == role);
            those.map(|strategy| strategy.name.as_str())
        };
        Self {
            shipped: all(Role::Shipped).next(),
            miscalibrated: all(Role::Miscalibrated).collect(),
            ablated: all(Role::Ablated).collect(),
            peers: all(Role::Peer).collect(),
        }
    }

    /// The strategy that tables compare with the others: the shipped router, else LMetric, else the first.
    pub fn reference(&self) -> Option<&'s str> {
        let known = self.peers.iter().copied().find(|peer| *peer == "lmetric");
        self.shipped.or(known).or(self.peers.first().copied())
    }
}

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// `Q1` and so on.
    pub id: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// What it asks.
    pub checks: Vec<Check>,
}

/// One demand of a bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What is measured.
    pub what: String,
    /// What is asked of it.
    pub limit: Limit,
    /// What it is: a value, and an interval where one can be given. Nothing if no such cell was run.
    pub measured: Option<Interval>,
}

/// What is asked of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
}

/// What became of a demand or a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It does not.
    Missed,
    /// Nothing was run that would tell.
    NotRun,
}

impl Check {
    /// Whether the value is within the limit.
    pub fn verdict(&self) -> Verdict {
        let holds = self.measured.map(|measured| match self.limit {
            Limit::AtMost(limit) => measured.value <= limit,
            Limit::AtLeast(limit) => measured.value >= limit,
        });
        holds.map_or(Verdict::NotRun, |holds| if holds { Verdict::Passed } else { Verdict::Missed })
    }
}

impl Bar {
    /// Passed if all demands are, not run if one was not and none was missed.
    pub fn verdict(&self) -> Verdict {
        let any = |verdict| self.checks.iter().any(|check| check.verdict() == verdict);
        if any(Verdict::Missed) {
            Verdict::Missed
        } else if any(Verdict::NotRun) || self.checks.is_empty() {
            Verdict::NotRun
        } else {
            Verdict::Passed
        }
    }
}

/// The bars; none if the shipped router was not run.
pub fn bars(results: &Results, cast: &Cast<'_>) -> Vec<Bar> {
    let Some(ours) = cast.shipped else { return Vec::new() };
    let court = Court { results, ours, peers: &cast.peers };
    let plain = results.select(Cell::is_plain);
    let within: Vec<usize> =
        plain.iter().copied().filter(|cell| !is_overload(&results.cells()[*cell])).collect();
    let best = Rival::BestOf(&cast.peers);
    let of = |names: &[&str]| -> Vec<usize> {
        plain
            .iter()
            .copied()
            .filter(|cell| names.contains(&results.cells()[*cell].workload.as_str()))
            .collect()
    };
    let bar = |id, about, checks| Bar { id, about, checks };
    let agents = of(&["agents", "agent-sessions"]);
    let bursts = of(&["azure-code", "bursts"]);
    vec![
        bar(
            "Q1",
            "against LMetric, all everyday cells",
            vec![
                court.at_most(&plain, "lmetric", MeanTtft, 0.90),
                court.at_most(&plain, "lmetric", P99Slowdown, 0.80),
                court.at_most(&plain, "lmetric", P99Ttft, 0.95),
                court.at_most(&plain, "lmetric", MeanE2e, 0.97),
                court.check(
                    "goodput, lmetric",
                    &plain,
                    Rival::Named("lmetric"),
                    Goodput,
                    Limit::AtLeast(0.01),
                ),
            ],
        ),
        bar(
            "Q2",
            "against LPWL, all everyday cells",
            vec![
                court.at_most(&plain, "lpwl", MeanTtft, 0.90),
                court.at_most(&plain, "lpwl", P99Slowdown, 0.75),
                court.at_most(&plain, "lpwl", MeanE2e, 0.90),
            ],
        ),
        bar(
            "Q3",
            "against the best peer of every cell and metric",
            vec![
                court.check("mean TTFT", &plain, best, MeanTtft, Limit::AtMost(0.97)),
                court.check("p99 slowdown", &plain, best, P99Slowdown, Limit::AtMost(0.85)),
                court.check("p99 TTFT", &plain, best, P99Ttft, Limit::AtMost(1.03)),
                court.check("mean E2E", &plain, best, MeanE2e, Limit::AtMost(1.00)),
                court.worst("mean TTFT", &within, best, MeanTtft, 1.10),
                court.worst("p99 TTFT", &within, best, P99Ttft, 1.25),
            ],
        ),
        bar(
            "Q4",
            "against defaults, all everyday cells",
            vec![
                court.at_most(&plain, "gie", MeanTtft, 0.50),
                court.at_most(&plain, "llmd-precise", MeanTtft, 0.60),
                court.at_most(&plain, "dynamo", MeanTtft, 0.75),
                court.at_most(&plain, "smg", MeanTtft, 0.72),
                court.at_most(&plain, "smg-events", MeanTtft, 0.72),
                court.at_most(&plain, "aibrix", MeanTtft, 0.70),
            ],
        ),
        bar(
            "Q5",
            "at the knee: 4 endpoints at load 1.0, 8 at 1.1",
            vec![court.worst("mean TTFT", &knee(results), best, MeanTtft, 0.80)],
        ),
        bar("Q6", "the load at 95 % goodput, over that of the best peer", court.sustained()),
        bar(
            "Q7",
            "bursts, against LMetric",
            vec![
                court.at_most(&bursts, "lmetric", MeanTtft, 0.92),
                court.at_most(&bursts, "lmetric", P99Slowdown, 0.75),
            ],
        ),
        bar(
            "Q8",
            "scrapes and events of 5 s, over those of every day",
            vec![
                court.degradation("scrape 5 s", |cell| &mut cell.scrape, 5.0),
                court.degradation("events 5 s", |cell| &mut cell.delay, 5.0),
            ],
        ),
        bar(
            "Q9",
            "four gateways, against the best peer there",
            vec![court.check(
                "mean TTFT",
                &results.select(|cell| cell.replicas == 4 && everyday_but(cell, |cell| cell.replicas = 1)),
                best,
                MeanTtft,
                Limit::AtMost(0.90),
            )],
        ),
        bar(
            "Q10",
            "costs wrong by three either way, over the right ones",
            court.calibration(&cast.miscalibrated),
        ),
        bar(
            "Q11",
            "half of the pool slower, untold, against the best peer",
            vec![court.check(
                "mean TTFT",
                &results.select(|cell| {
                    cell.pool == Pool::Mixed && everyday_but(cell, |cell| cell.pool = Pool::Even)
                }),
                best,
                MeanTtft,
                Limit::AtMost(0.95),
            )],
        ),
        bar(
            "Q12",
            "Jain's index of tenants, less that of the best peer",
            vec![court.check("fairness", &of(&["tenants"]), best, Fairness, Limit::AtLeast(-0.01))],
        ),
        bar(
            "Q13",
            "agents",
            vec![
                court.at_most(&agents, "llmd-precise", MeanTtft, 1.00),
                court.at_most(&agents, "llmd-precise", P99Ttft, 1.00),
                court.at_most(&agents, "lmetric", MeanTtft, 0.85),
            ],
        ),
    ]
}

/// Whether a cell is an everyday one after this change.
fn everyday_but(cell: &Cell, change: impl Fn(&mut Cell)) -> bool {
    let mut cell = cell.clone();
    change(&mut cell);
    cell.is_plain()
}

/// The cells where queues begin to grow: of the two Mooncake traces, or of the generators that stand for them.
fn knee(results: &Results) -> Vec<usize> {
    let of = |names: [&str; 2]| {
        results.select(|cell| {
            let at = (cell.endpoints, cell.load);
            names.contains(&cell.workload.as_str())
                && cell.hardware == "8b"
                && cell.is_plain()
                && (at == (4, 1.0) || at == (8, 1.1))
        })
    };
    let traces = of(["conversation", "synthetic"]);
    if traces.is_empty() { of(["chat", "system-prompts"]) } else { traces }
}

#[cfg(test)]
mod tests;
