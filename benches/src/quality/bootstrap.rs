//! How sure a mean over cells and seeds is. Both strategies saw the same cells and seeds, so what is resampled are pairs: cells first, then the seeds of each.

use crate::workloads::Draw;

/// A value with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The value of all pairs.
    pub value: f64,
    /// 2.5 % of the resamples are below.
    pub low: f64,
    /// 2.5 % of the resamples are above.
    pub high: f64,
}

/// Resamples an interval is made of.
const RESAMPLES: usize = 2_000;

/// The mean over cells of the mean over seeds; nothing without a value. Cost: resamples times values.
pub(super) fn mean(cells: &[Vec<f64>]) -> Option<Interval> {
    let cells: Vec<&[f64]> = cells.iter().map(Vec::as_slice).filter(|seeds| !seeds.is_empty()).collect();
    if cells.is_empty() {
        return None;
    }
    let mut draw = Draw::of("bootstrap", 1);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let sum = (0..cells.len()).map(|_| {
                let seeds = cells[draw.below(cells.len())];
                (0..seeds.len()).map(|_| seeds[draw.below(seeds.len())]).sum::<f64>() / seeds.len() as f64
            });
            sum.sum::<f64>() / cells.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let value = cells.iter().map(|seeds| seeds.iter().sum::<f64>() / seeds.len() as f64).sum::<f64>();
    Some(Interval {
        value: value / cells.len() as f64,
        low: means[RESAMPLES * 25 / 1_000],
        high: means[RESAMPLES * 975 / 1_000 - 1],
    })
}

/// The geometric mean of ratios that are given as logarithms.
pub(super) fn geometric(cells: &[Vec<f64>]) -> Option<Interval> {
    let Interval { value, low, high } = mean(cells)?;
    Some(Interval { value: value.exp(), low: low.exp(), high: high.exp() })
}

#[cfg(test)]
mod tests {
    use super::{Interval, geometric, mean};
    use crate::workloads::Draw;

    #[test]
    fn the_value_is_the_mean_of_cells_however_many_seeds_they_have() {
        let got = geometric(&[vec![2_f64.ln(), 2_f64.ln(), 2_f64.ln()], vec![8_f64.ln()]]);
        assert!(got.is_some_and(|interval| (interval.value - 4.0).abs() < 1e-12), "{got:?}");
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[vec![]]), None);
    }

    #[test]
    fn equal_pairs_leave_no_doubt() {
        assert_eq!(mean(&[vec![3.0, 3.0], vec![3.0]]), Some(Interval { value: 3.0, low: 3.0, high: 3.0 }));
    }

    #[test]
    fn the_interval_holds_the_truth_about_as_often_as_it_says() {
        // 25 cells of one seed, normal around 1: the normal theory gives 1.96 / 5 to either side, the bootstrap a little less.
        let mut draw = Draw::of("coverage", 7);
        let held = (0..200)
            .filter(|_| {
                let cells: Vec<Vec<f64>> = (0..25).map(|_| vec![1.0 + draw.normal()]).collect();
                mean(&cells).is_some_and(|interval| interval.low <= 1.0 && 1.0 <= interval.high)
            })
            .count();
        assert!((176..=198).contains(&held), "{held} of 200");
    }
}
