//! The load up to which a strategy keeps 95 % of the requests good.

use super::cell::Cell;
use super::metric::Metric;
use super::results::Results;

/// The goodput that counts as sustained.
const GOAL: f64 = 0.95;

/// What strategies sustain on one workload and pool: the strategy's load over that of the best rival.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sustained {
    /// Workload, hardware and endpoints.
    pub(super) name: String,
    /// The load that the strategy sustains.
    pub(super) ours: f64,
    /// The highest load that a rival sustains.
    pub(super) best: f64,
}

/// What `ours` and the best of `rivals` sustain, for every workload and pool with at least three loads between which somebody fails.
pub(super) fn compare(results: &Results, ours: &str, rivals: &[&str]) -> Vec<Sustained> {
    let mut families: Vec<(String, Vec<usize>)> = Vec::new();
    for number in results.select(Cell::is_plain) {
        let cell = &results.cells()[number];
        let name = format!("{}/{}/n{}", cell.workload, cell.hardware, cell.endpoints);
        match families.iter_mut().find(|(other, _)| *other == name) {
            Some((_, cells)) => cells.push(number),
            None => families.push((name, vec![number])),
        }
    }
    let compared = |(name, cells): (String, Vec<usize>)| {
        let ours = load(&curve(results, &cells, ours))?;
        let rivals = rivals.iter().filter_map(|rival| load(&curve(results, &cells, rival)));
        let best = rivals.reduce(|one, other| if one.load >= other.load { one } else { other })?;
        // If nobody fails, or nobody ever succeeds, the loads were not chosen to tell.
        let tells = !(ours.censored && best.censored);
        tells.then_some(Sustained { name, ours: ours.load, best: best.load })
    };
    families.into_iter().filter_map(compared).collect()
}

/// Loads in order, with goodput.
fn curve(results: &Results, cells: &[usize], strategy: &str) -> Vec<(f64, f64)> {
    let point =
        |cell: &usize| Some((results.cells()[*cell].load, results.mean(*cell, strategy, Metric::Goodput)?));
    let mut curve: Vec<(f64, f64)> = cells.iter().filter_map(point).collect();
    curve.sort_by(|one, other| one.0.total_cmp(&other.0));
    curve
}

struct Load {
    load: f64,
    /// The curve does not cross the goal: the load is a bound.
    censored: bool,
}

/// Where the curve first falls below the goal, on straight lines between its points.
fn load(curve: &[(f64, f64)]) -> Option<Load> {
    let [first, _, .., last] = curve else { return None };
    if curve.len() < 3 {
        return None;
    }
    if first.1 < GOAL {
        return Some(Load { load: first.0, censored: true });
    }
    let crossing = curve.windows(2).find(|pair| pair[1].1 < GOAL);
    Some(match crossing {
        None => Load { load: last.0, censored: true },
        Some(pair) => {
            let ((low, above), (high, below)) = (pair[0], pair[1]);
            Load { load: low + (high - low) * (above - GOAL) / (above - below), censored: false }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::quality::results::tests::row;
    use crate::quality::{Cell, Results};

    #[test]
    fn loads_are_interpolated_where_goodput_falls_below_the_goal() {
        let mut rows = Vec::new();
        // Goodput is 1 - ttft / 10: ours 1, 0.96, 0.94; a 1, 0.9, 0.8; b never good.
        for (load, ours, a) in [(0.8, 0.0, 0.0), (1.0, 0.4, 1.0), (1.2, 0.6, 2.0)] {
            let cell = Cell::plain("x", "8b", 4, load);
            rows.extend([row(&cell, "ours", 1, ours), row(&cell, "a", 1, a), row(&cell, "b", 1, 9.0)]);
            // Nobody fails here.
            let easy = Cell::plain("y", "8b", 4, load);
            rows.extend([row(&easy, "ours", 1, 0.0), row(&easy, "a", 1, 0.0)]);
        }
        let [one] = &compare(&Results::new(rows), "ours", &["a", "b"])[..] else { panic!("one family") };
        assert_eq!(one.name, "x/8b/n4");
        assert!((one.ours - 1.1).abs() < 1e-9 && (one.best - 0.9).abs() < 1e-9, "{one:?}");
    }
}
