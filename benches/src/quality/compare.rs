//! A strategy against another, or against the best of many, pair by pair.

use super::bootstrap::{self, Interval};
use super::metric::Metric;
use super::results::Results;

/// Against whom.
#[derive(Clone, Copy, Debug)]
pub enum Rival<'a> {
    /// One strategy.
    Named(&'a str),
    /// In every cell and for every metric the one of these that is best there.
    BestOf(&'a [&'a str]),
}

/// The pairs of the cells: logarithms of ratios, or differences of shares. A cell where one of both did not run has none.
pub(super) fn pairs(
    results: &Results,
    cells: &[usize],
    ours: &str,
    rival: Rival<'_>,
    metric: Metric,
) -> Vec<Vec<f64>> {
    cells.iter().map(|cell| of_cell(results, *cell, ours, rival, metric)).collect()
}

/// The geometric mean of the ratios, or the mean difference of shares, with its interval.
pub fn interval(
    results: &Results,
    cells: &[usize],
    ours: &str,
    rival: Rival<'_>,
    metric: Metric,
) -> Option<Interval> {
    let pairs = pairs(results, cells, ours, rival, metric);
    if metric.is_share() { bootstrap::mean(&pairs) } else { bootstrap::geometric(&pairs) }
}

/// The cell where the strategy does worst against its rival, and how.
pub fn worst(
    results: &Results,
    cells: &[usize],
    ours: &str,
    rival: Rival<'_>,
    metric: Metric,
) -> Option<(usize, Interval)> {
    let all =
        cells.iter().filter_map(|cell| Some((*cell, interval(results, &[*cell], ours, rival, metric)?)));
    let badness = |value: f64| if metric.is_share() { -value } else { value };
    all.max_by(|(_, one), (_, other)| badness(one.value).total_cmp(&badness(other.value)))
}

fn of_cell(results: &Results, cell: usize, ours: &str, rival: Rival<'_>, metric: Metric) -> Vec<f64> {
    let rival = match rival {
        Rival::Named(name) => Some(name),
        Rival::BestOf(names) => best(results, cell, names, metric),
    };
    let Some(rival) = rival else { return Vec::new() };
    let theirs: Vec<(u64, f64)> =
        results.figures(cell, rival).map(|(seed, figures)| (seed, metric.of(figures))).collect();
    let pair = |(seed, figures)| {
        let our = metric.of(figures);
        let their = theirs.iter().find(|(other, _)| *other == seed)?.1;
        if metric.is_share() {
            Some(our - their)
        } else {
            (our > 0.0 && their > 0.0).then(|| (our / their).ln())
        }
    };
    results.figures(cell, ours).filter_map(pair).collect()
}

/// The best of these in a cell.
pub fn best<'a>(results: &Results, cell: usize, names: &[&'a str], metric: Metric) -> Option<&'a str> {
    let means = names.iter().filter_map(|name| Some((*name, results.mean(cell, name, metric)?)));
    let badness = |value: f64| if metric.is_share() { -value } else { value };
    means.min_by(|(_, one), (_, other)| badness(*one).total_cmp(&badness(*other))).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::{Rival, interval, worst};
    use crate::quality::results::tests::row;
    use crate::quality::{Cell, Metric, Results};

    fn results() -> Results {
        let (one, other) = (Cell::plain("x", "8b", 4, 1.0), Cell::plain("y", "8b", 4, 1.0));
        Results::new(vec![
            row(&one, "ours", 1, 1.0),
            row(&one, "ours", 2, 2.0),
            row(&one, "a", 1, 2.0),
            row(&one, "a", 2, 4.0),
            row(&one, "b", 1, 4.0),
            row(&one, "b", 2, 8.0),
            row(&other, "ours", 1, 2.0),
            row(&other, "a", 1, 4.0),
            row(&other, "b", 1, 1.0),
        ])
    }

    fn close(got: Option<f64>, expected: f64) {
        assert!(got.is_some_and(|got| (got - expected).abs() < 1e-12), "{got:?} instead of {expected}");
    }

    #[test]
    fn ratios_are_paired_and_averaged_geometrically() {
        let results = results();
        let against =
            |rival, metric| interval(&results, &[0, 1], "ours", rival, metric).map(|interval| interval.value);
        close(against(Rival::Named("a"), Metric::MeanTtft), 0.5);
        close(against(Rival::Named("b"), Metric::MeanTtft), (0.25_f64 * 2.0).sqrt());
        close(against(Rival::BestOf(&["a", "b", "c"]), Metric::MeanTtft), 1.0);
        // Goodput is 1 - ttft / 10: against a, 0.1 and 0.2 more in the first cell, 0.2 more in the second.
        close(against(Rival::Named("a"), Metric::Goodput), 0.175);
        close(against(Rival::Named("c"), Metric::MeanTtft).or(Some(-1.0)), -1.0);
    }

    #[test]
    fn the_worst_cell_is_that_of_the_largest_ratio_or_the_least_difference() {
        let results = results();
        let worst_of = |metric| worst(&results, &[0, 1], "ours", Rival::Named("b"), metric);
        assert_eq!(worst_of(Metric::MeanTtft).map(|(cell, _)| cell), Some(1));
        assert_eq!(worst_of(Metric::Goodput).map(|(cell, _)| cell), Some(1));
    }
}
