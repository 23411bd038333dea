//! Ratings by where a value lies between the least and the most among the candidates.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::real::{greater, lesser};
use crate::signals::{PolledColumn, Row};

/// Values that are compared side by side.
const LANES: usize = 4;

/// Writes `of` (most - value) / (most - least), 1 where both are equal; of nothing for an endpoint that did not tell the value lately.
#[inline(always)]
pub(super) fn less_is_better(
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    column: impl Fn(&Row) -> &PolledColumn,
    ratings: &mut [f64],
    of: impl Fn(f64) -> f64,
) {
    facts.polled(candidates, column, ratings, |place, told| *place = told);
    let (least, most) = extremes(ratings);
    let range = most - least;
    // What is nothing stays nothing in both.
    if range > 0.0 {
        ratings.iter_mut().for_each(|value| *value = of((most - *value) / range));
    } else {
        ratings.iter_mut().for_each(|value| *value = of(*value * 0.0 + 1.0));
    }
}

/// The least and the most of the values that are numbers.
fn extremes(values: &[f64]) -> (f64, f64) {
    let (mut least, mut most) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for ((least, most), value) in least.iter_mut().zip(&mut most).zip(chunk) {
            *least = lesser(*value, *least);
            *most = greater(*value, *most);
        }
    }
    let least = least.iter().chain(rest).fold(f64::INFINITY, |least, value| lesser(*value, least));
    let most = most.iter().chain(rest).fold(f64::NEG_INFINITY, |most, value| greater(*value, most));
    (least, most)
}
